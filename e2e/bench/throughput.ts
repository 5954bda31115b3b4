/**
 * The two ends of a throughput measurement, as arguments for python3, which has pipes, and descriptors sent over a UNIX
 * socket. In between is the program that is measured.
 */

/** How much is read and written at once, in bytes: enough that these ends cost little beside what they measure. */
const CHUNK = 256 * 1024;

/**
 * The server's end: takes what comes on the first port and prints for each connection the bytes and the nanoseconds from
 * the first of them to the last; sends `bytes` zeros to whoever connects to the second one.
 */
const SERVER = `
import select, socket, sys, time
sink, source, total = map(int, sys.argv[1:])
chunk = bytearray(${CHUNK})
ports = [socket.create_server(('', port)) for port in (sink, source)]
print('listening', flush=True)
while True:
    for port in select.select(ports, [], [])[0]:
        connection = port.accept()[0]
        if port is ports[0]:
            got = length = connection.recv_into(chunk)
            start = time.monotonic_ns()
            while length > 0:
                length = connection.recv_into(chunk)
                got += length
            print(got, time.monotonic_ns() - start, flush=True)
        else:
            for _ in range(total // len(chunk)):
                connection.sendall(chunk)
        connection.close()
`;

/**
 * The client's end: runs the command between pipes and gives it `bytes` zeros, or reads what it writes and prints the
 * bytes and the nanoseconds. With "pass" the command hands over its connection, and cat moves the bytes instead of it.
 */
const CLIENT = `
import os, socket, subprocess, sys, time
direction, way, total, *command = sys.argv[1:]
up = direction == 'up'
here, there = os.pipe()
if up: ends = {'stdin': here, 'stdout': subprocess.DEVNULL}
else: ends = {'stdin': subprocess.DEVNULL, 'stdout': there}
if way == 'pass':
    ours, theirs = socket.socketpair()
    giver = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs)
    theirs.close()
    passed = socket.recv_fds(ours, 1, 1)[1][0]
    os.set_blocking(passed, True)
    if giver.wait() != 0: sys.exit('it did not end well')
    ends['stdout' if up else 'stdin'] = passed
    mover = subprocess.Popen(['cat'], **ends)
    os.close(passed)
else:
    mover = subprocess.Popen(command, **ends)
chunk = memoryview(bytearray(${CHUNK}))
if up:
    os.close(here)
    left = int(total)
    while left > 0: left -= os.write(there, chunk[:min(left, len(chunk))])
    os.close(there)
else:
    os.close(there)
    got = length = os.readv(here, [chunk])
    start = time.monotonic_ns()
    while length > 0:
        length = os.readv(here, [chunk])
        got += length
    print(got, time.monotonic_ns() - start, flush=True)
sys.exit(mover.wait())
`;

export type Direction = 'up' | 'down';

/** "carry": the command moves the bytes itself. "pass": it hands over its connection. */
export type Way = 'carry' | 'pass';

export function throughputServer(sinkPort: number, sourcePort: number, bytes: number): readonly string[] {
  return ['python3', '-c', SERVER, String(sinkPort), String(sourcePort), String(bytes)];
}

export function throughputClient(
  direction: Direction,
  way: Way,
  bytes: number,
  command: readonly string[],
): readonly string[] {
  return ['python3', '-c', CLIENT, direction, way, String(bytes), ...command];
}
