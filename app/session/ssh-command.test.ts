import { describe, expect, it } from 'vitest';
import { sshArguments } from './ssh-command';

const target = {
  host: 'home.example.org',
  servicePort: 2222,
  ssh: { user: 'admin', options: [{ name: 'IdentityFile' as const, value: '~/.ssh/id home' }] },
};

describe('sshArguments', () => {
  it('puts the proxy, the port, the options and the user before "--", and the host last', () => {
    expect(sshArguments(target, ['sesamy', 'proxy', '--session', '/run/x y/run'], null)).toEqual([
      '-o',
      "ProxyCommand=sesamy proxy --session '/run/x y/run' -- %h %p",
      '-p',
      '2222',
      '-o',
      'IdentityFile=~/.ssh/id home',
      '-l',
      'admin',
      '--',
      'home.example.org',
    ]);
  });

  it('trusts a key that is known beforehand, and no other', () => {
    const args = sshArguments({ ...target, ssh: { user: null, options: [] } }, ['sesamy', 'proxy'], {
      file: '/run/a b/known_hosts',
    });
    expect(args).toContain('UserKnownHostsFile="/run/a b/known_hosts"');
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args).not.toContain('-l');
  });
});
