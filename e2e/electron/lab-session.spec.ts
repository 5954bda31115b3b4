import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { labAround } from '../lab/lab-for-window';
import { SesamyWindow } from '../screens/window';
import { PASSPHRASE, test } from './app';

/** Types into the window of the terminal, as a person would, and waits for nothing. */
function typeInTerminal(line: string): void {
  const found = execFileSync('xdotool', ['search', '--sync', '--onlyvisible', '--class', 'xterm'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const id = found.trim().split('\n').at(-1) ?? '';
  // No window manager on this screen gives the focus away.
  execFileSync('xdotool', ['windowfocus', '--sync', id, 'type', '--delay', '5', `${line}\n`], { timeout: 20_000 });
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Shows that the terminal's shell is the server's, and ends it. */
async function useShell(window: SesamyWindow, serverNamespace: string, screens: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'open-sesamy-shell-'));
  try {
    const marker = join(folder, 'namespace');
    await expect
      .poll(
        () => {
          // The prompt may take a moment: what is typed too early is lost, and typed again. What was written is looked at before that,
          // for the command empties the file first.
          const written = contents(marker);
          if (written === '') typeInTerminal(`ip netns identify $$ > ${marker}; tty >> ${marker}`);
          return written;
        },
        { intervals: [1000, 2000], timeout: 30_000 },
      )
      .toMatch(new RegExp(`^${serverNamespace}\\n/dev/pts/[0-9]+$`));
    await window.screenshot(`${screens}-session`);
    typeInTerminal('exit');
    await expect(window.runStatus).toContainText('Session ended');
    await expect(window.log).toContainText('closed');
    await window.screenshot(`${screens}-finished`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lab = labAround();

test.describe('on the lab’s hidden sshd', () => {
  // Without root there is no lab; `npm test` says so in a line of its own.
  test.skip(lab === null, 'the lab needs root');

  test('the big button opens a shell on the server, in a terminal', async ({ sesamy }) => {
    if (lab === null) return;
    const window = new SesamyWindow(sesamy.page);
    await window.createByKeyboard({
      name: 'lab server',
      host: lab.host,
      port: lab.servicePort,
      sequence: lab.sequence,
      windowMs: lab.windowMs,
      user: 'root',
      sshOptions: [
        ['IdentityFile', lab.identityFile],
        ['UserKnownHostsFile', lab.knownHostsFile],
        ['StrictHostKeyChecking', 'yes'],
      ],
    });
    await window.knock.click();
    await expect(window.runStatus).toContainText('Door open');

    await useShell(window, lab.serverNamespace, 'lab');
    expect(sesamy.complaints).toEqual([]);
  });

  test('through TCP Stealth the helper carries the session, and the window shows its SYN', async ({ world }) => {
    if (lab === null) return;
    const { servicePort, secret, identityFile, knownHostsFile } = lab.stealth;
    await world.installHelper();
    const { app, page, complaints } = await world.open();
    const window = new SesamyWindow(page);
    await window.firstRun(PASSPHRASE);
    await window.createByKeyboard({
      name: 'stealth server',
      host: lab.host,
      port: servicePort,
      sequence: '12',
      windowMs: 1000,
      user: 'root',
      sshOptions: [
        ['IdentityFile', identityFile],
        ['UserKnownHostsFile', knownHostsFile],
        ['StrictHostKeyChecking', 'yes'],
      ],
    });
    await window.tab('Edit').click();
    await window.chooseMode('TCP Stealth');
    await window.secret.fill('open sesame');
    await page.keyboard.press('Control+S');
    await window.tab('Run').click();
    await window.knock.click();
    await expect(window.runStatus).toContainText('The door did not open');
    await expect(page.getByRole('alert')).toContainText('answered the SYN with a reset, as a closed port does');
    await window.screenshot('stealth-refused');
    // The error's own button leads to what is wrong.
    await window.button('Change the profile').click();
    await expect(window.secret).toBeFocused();
    await window.secret.fill(secret);
    await page.keyboard.press('Control+S');
    await window.tab('Run').click();
    await window.knock.click();
    await expect(window.runStatus).toContainText('Door open');
    await useShell(window, lab.serverNamespace, 'stealth');
    expect(complaints).toEqual([]);
    await app.close();
  });
});
