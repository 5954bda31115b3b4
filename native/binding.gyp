{
  'target_defaults': {
    'include_dirs': ['src'],
    'defines': ['_GNU_SOURCE'],
    'cflags': [
      '-std=c11', '-O2', '-fPIE', '-fstack-protector-strong', '-fno-common',
      '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Wstrict-prototypes', '-Wvla', '-Werror',
      # Level 3 needs gcc 12 or clang 9. The C library falls back to 2 with older ones, which it announces by a #warning.
      '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=3', '-Wno-cpp',
    ],
    # Node's own settings are for add-ons: other levels of optimization, warnings turned off, symbols for a dlopen.
    'cflags!': ['-O3', '-fPIC', '-Wno-unused-parameter'],
    'ldflags': ['-pie', '-Wl,-z,relro,-z,now,-z,noexecstack'],
    'ldflags!': ['-rdynamic'],
    'conditions': [
      ['target_arch=="x64"', {'cflags': ['-fcf-protection']}],
      ['target_arch=="arm64"', {'cflags': ['-mbranch-protection=standard']}],
    ],
  },
  'targets': [
    {
      'target_name': 'sesamy-helper',
      'type': 'executable',
      'sources': [
        'src/main.c',
        'src/privileges.c',
        'src/system-calls.c',
        'src/message.c',
        'src/send.c',
        'src/network.c',
        'src/next-hop.c',
        'src/packet.c',
        'src/packet-socket.c',
        'src/capture.c',
        'src/answer.c',
        'src/wait.c',
        'src/report.c',
        'src/connect.c',
        'src/handshake.c',
        'src/carry.c',
        'src/listen.c',
        'src/syn.c',
      ],
    },
    {
      # Prints what packet.c builds, for the test that compares it with the builder in TypeScript.
      'target_name': 'packet-bytes',
      'type': 'executable',
      'sources': ['tools/packet-bytes.c', 'src/message.c', 'src/packet.c'],
    },
    {
      # Measures how long connecting takes, for `npm run bench:connect`.
      'target_name': 'connect-times',
      'type': 'executable',
      'sources': ['tools/connect-times.c', 'src/connect.c', 'src/handshake.c', 'src/packet.c'],
    },
  ],
}
