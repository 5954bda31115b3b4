import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { app, BrowserWindow, dialog, Menu, nativeTheme } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { SesamyError } from '../domain/errors';
import { knockSettingsFromProfile, printKnockSettings } from '../domain/formats/knocksettings';
import type { Recipe } from '../domain/modes/recipe';
import { listInterfaces } from '../engine/interfaces';
import { transports, transportsOf } from '../engine/transports/registry';
import { agentPath } from '../session/agent';
import { serverRecipes } from '../library/server-recipe';
import { availableTerminals } from '../session/terminals';
import type { AppInfo, AppState } from '../shared/contract';
import { sealBundle, vaultLocation } from '../vault';
import { holdAgent } from './agent';
import { registerAppScheme, serveAppScheme } from './app-scheme';
import { START_URL } from './app-url';
import { startAutoLock } from './auto-lock';
import { deviceKeyring } from './device-keyring';
import { hardenBeforeReady, hardenSession } from './hardening';
import { answerRequests, sendChange } from './ipc';
import type { Handlers } from './ipc';
import { electronPcapLauncher } from './pcap-process';
import { holdPractice } from './practice';
import { holdProfiles } from './profiles';
import { holdRuns } from './runs';
import { loadSettings, saveSettings } from './settings';
import { holdState } from './state';
import { holdImports, readSources, writeExport } from './transfer';
import { keepVault } from './vault-keeper';

function platform(): AppInfo['platform'] {
  const name = process.platform;
  return name === 'linux' || name === 'darwin' || name === 'win32' ? name : 'other';
}

function menu(): Menu {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }],
    },
  ];
  return Menu.buildFromTemplate(template);
}

function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Open Sesamy',
    width: 1080,
    height: 720,
    minWidth: 820,
    minHeight: 560,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161a' : '#f6f7f9',
    webPreferences: {
      preload: join(__dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      devTools: !app.isPackaged,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  void window.loadURL(START_URL);
  return window;
}

/** Asks where to save, and what came of it. */
async function saveTo(
  window: BrowserWindow | null,
  title: string,
  name: string,
  text: () => Promise<string>,
): Promise<{ readonly file: string | null }> {
  const options = { title, defaultPath: name };
  const chosen = await (window === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options));
  if (chosen.canceled || chosen.filePath === '') return { file: null };
  await writeExport(chosen.filePath, await text());
  return { file: basename(chosen.filePath) };
}

async function start(): Promise<void> {
  await app.whenReady();
  hardenSession();
  serveAppScheme(join(__dirname, '../renderer'));
  Menu.setApplicationMenu(menu());

  let window: BrowserWindow | null = null;
  const settingsFile = join(app.getPath('userData'), 'settings.json');
  const initial: AppState = {
    info: {
      version: __APP_VERSION__,
      platform: platform(),
      terminals: availableTerminals(process.env['PATH'] ?? ''),
    },
    profiles: [],
    runs: {},
    practice: { status: 'stopped' },
    settings: loadSettings(settingsFile),
    vault: { status: 'locked', deviceUnlock: false, notice: null },
    agentUses: [],
  };
  const state = holdState(initial, (change) => {
    if (window !== null) sendChange(window.webContents, change);
  });
  const profiles = holdProfiles(state);
  const practice = holdPractice(state, profiles);
  const imports = holdImports((edits) => profiles.change(edits));
  const ways = app.isPackaged
    ? transportsOf({
        platform: process.platform,
        launchPcap: electronPcapLauncher(join(__dirname, 'pcap-child.cjs')),
        resources: process.resourcesPath,
      })
    : transports;
  const runs = holdRuns({
    state,
    transports: ways,
    // The same Electron binary runs the command line as plain Node: the reason why its runAsNode fuse stays on.
    sesamy: ['env', 'ELECTRON_RUN_AS_NODE=1', process.execPath, join(__dirname, 'sesamy.cjs')],
    knownHostsLine: (profile) => practice.knownHostsLine(profile),
    preparing: (profile) => profiles.preparing(profile),
    spend: (profileId, used) => {
      profiles.spend(profileId, used);
    },
  });
  const agent = holdAgent({
    path: agentPath({ env: process.env, platform: process.platform, uid: process.getuid?.() ?? 0, tmp: tmpdir() }),
    state,
    profiles,
  });
  const keeper = keepVault({
    location: vaultLocation({ env: process.env, platform: process.platform, home: homedir() }),
    state,
    device: deviceKeyring,
    onVault(vault) {
      if (vault === null) {
        runs.forgetAll();
        imports.clear();
        void practice.stop();
        agent.stop();
        state.set('agentUses', []);
      } else agent.start();
      profiles.follow(vault);
    },
    onRefreshed: () => {
      profiles.publish();
    },
    onClosed: () => {
      // The page is thrown away with everything that it held.
      window?.webContents.reload();
    },
  });
  await keeper.look();

  startAutoLock({
    settings: () => state.current.settings,
    isOpen: () => state.current.vault.status === 'open',
    lock: () => {
      keeper.lock();
    },
  });

  const recipesOf = (profileId: string): Promise<readonly Recipe[]> =>
    serverRecipes(profiles.get(profileId), new AbortController().signal);

  const handlers: Handlers = {
    'state.get': () => state.current,
    'vault.create': async ({ passphrase, device }) => {
      await keeper.create(passphrase, device);
      return null;
    },
    'vault.unlock': async ({ passphrase }) => {
      await keeper.unlock(passphrase);
      return null;
    },
    'vault.unlockWithDevice': async () => {
      await keeper.unlockWithDevice();
      return null;
    },
    'vault.lock': () => {
      keeper.lock();
      return null;
    },
    'vault.look': async () => {
      if (state.current.vault.status !== 'open') await keeper.look();
      return null;
    },
    'vault.restoreBackup': async () => {
      await keeper.restore();
      return null;
    },
    'vault.addPassphrase': async ({ passphrase }) => {
      await keeper.addPassphrase(passphrase);
      return null;
    },
    'vault.addDevice': async () => {
      await keeper.addDevice();
      return null;
    },
    'vault.changePassphrase': async ({ slotId, present, passphrase }) => {
      await keeper.changePassphrase(slotId, present, passphrase);
      return null;
    },
    'vault.removeSlot': async ({ slotId }) => {
      await keeper.removeSlot(slotId);
      return null;
    },
    'profile.get': ({ id }) => profiles.get(id),
    'profile.save': async ({ profile, base }) => {
      await profiles.change([{ kind: 'save', profile, base }]);
      return null;
    },
    'profile.duplicate': async ({ id }) => ({ id: await profiles.duplicate(id) }),
    'profile.setUsed': async ({ id, used }) => {
      await profiles.setUsed(id, used);
      return null;
    },
    'profile.remove': async ({ id }) => {
      runs.cancel(id);
      await profiles.remove(id);
      return null;
    },
    'profile.undoRemove': async ({ id }) => {
      await profiles.undoRemove(id);
      return null;
    },
    'import.choose': async () => {
      const options = {
        title: 'Import profiles',
        properties: ['openFile' as const, 'multiSelections' as const],
        filters: [
          { name: 'knocksettings.txt and bundles', extensions: ['txt', 'sesamy'] },
          { name: 'All files', extensions: ['*'] },
        ],
      };
      const chosen = await (window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options));
      return chosen.canceled ? null : imports.preview(await readSources(chosen.filePaths));
    },
    'import.texts': ({ files }) => imports.preview(files),
    'import.openBundle': ({ previewId, index, passphrase }) => imports.openBundle(previewId, index, passphrase),
    'import.confirm': ({ previewId, indexes }) => imports.confirm(previewId, indexes),
    'import.discard': ({ previewId }) => {
      imports.discard(previewId);
      return null;
    },
    'export.settings': ({ id }) => {
      const settings = knockSettingsFromProfile(profiles.get(id));
      if (!settings.ok)
        throw new SesamyError(settings.error.code, settings.error.cause, { steps: settings.error.steps });
      return saveTo(window, 'Export knocksettings.txt', 'knocksettings.txt', () =>
        Promise.resolve(printKnockSettings(settings.value)),
      );
    },
    'export.bundle': ({ ids, passphrase }) => {
      const chosen = ids.map((id) => profiles.get(id));
      return saveTo(window, 'Export an encrypted bundle', 'profiles.sesamy', () =>
        sealBundle(chosen, passphrase, (digest) => profiles.attachment(digest)),
      );
    },
    'recipe.get': ({ profileId }) => recipesOf(profileId),
    'recipe.save': async ({ profileId, index }) => {
      const recipe = (await recipesOf(profileId))[index];
      if (recipe === undefined) throw new SesamyError('unknown-target', 'The server’s recipe is another one now.');
      return saveTo(window, `Save the recipe for ${recipe.title}`, recipe.fileName, () => Promise.resolve(recipe.text));
    },
    'run.start': ({ profileId, purpose }) => {
      runs.start(profiles.get(profileId), purpose);
      return null;
    },
    'run.cancel': ({ profileId }) => {
      runs.cancel(profileId);
      return null;
    },
    'practice.start': async ({ mode }) => ({ profileId: await practice.start(mode) }),
    'practice.stop': async () => {
      await practice.stop();
      return null;
    },
    'interfaces.list': () => listInterfaces(),
    'transports.list': () => ways.states(),
    'settings.save': (settings) => {
      saveSettings(settingsFile, settings);
      state.set('settings', settings);
      return null;
    },
  };
  answerRequests(handlers);

  const show = (): void => {
    if (window === null || window.isDestroyed()) {
      window = openWindow();
      window.once('closed', () => {
        window = null;
      });
      return;
    }
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  show();
  app.on('activate', show);
  app.on('second-instance', show);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('will-quit', () => {
    keeper.lock();
  });
}

hardenBeforeReady();
registerAppScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();
