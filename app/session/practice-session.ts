import type { Connection, ServerChannel, Session } from 'ssh2';

const GREETING = [
  'The door is open: your knock was right.',
  'This is the practice door of Open Sesamy, on this computer. It can do nothing but greet you.',
  'Type "exit", or press Ctrl-D, to leave.',
  '',
];

const PROMPT = 'practice> ';

/** Answers one SSH connection to the practice door: no password, no real shell, nothing that could be misused. */
export function serveSession(connection: Connection): void {
  connection.on('authentication', (context) => {
    // Whoever opened the door has shown all that there is to show.
    context.accept();
  });
  connection.on('session', (accept) => {
    const session: Session = accept();
    session.on('pty', (acceptPty) => {
      acceptPty();
    });
    session.on('window-change', (acceptChange) => {
      // The client may not ask for an answer, and then there is nothing to call.
      (acceptChange as (() => void) | undefined)?.();
    });
    session.on('shell', (acceptShell) => {
      shell(acceptShell());
    });
    session.on('exec', (acceptExec, _reject, info) => {
      const channel = acceptExec();
      channel.write(`The door is open. A real server would now run: ${printable(info.command)}\n`);
      leave(channel);
    });
  });
}

/** Control characters are shown by their code, so that no terminal acts on them. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function leave(channel: ServerChannel): void {
  channel.exit(0);
  channel.end();
}

/** A line editor that knows backspace, Ctrl-C, Ctrl-D and Enter, which is what a newcomer's fingers try. */
function shell(channel: ServerChannel): void {
  let line = '';
  channel.write(`${GREETING.join('\r\n')}\r\n${PROMPT}`);
  channel.on('data', (data: Buffer) => {
    for (const char of data.toString('utf8')) {
      if (char === '\u0004' && line === '') {
        channel.write('\r\n');
        leave(channel);
        return;
      }
      if (char === '\u0003') {
        line = '';
        channel.write(`^C\r\n${PROMPT}`);
      } else if (char === '\r' || char === '\n') {
        const command = line.trim();
        line = '';
        channel.write('\r\n');
        if (command === 'exit' || command === 'logout') {
          leave(channel);
          return;
        }
        if (command !== '') channel.write(`Only "exit" works here; this was ${JSON.stringify(command)}.\r\n`);
        channel.write(PROMPT);
      } else if (char === '\u007f' || char === '\b') {
        if (line !== '') channel.write('\b \b');
        line = line.slice(0, -1);
      } else if (!/\p{Cc}/u.test(char) && line.length < 200) {
        line += char;
        channel.write(char);
      }
    }
  });
}
