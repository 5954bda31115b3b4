import { join } from 'node:path';
import { app, BrowserWindow, dialog, Menu, nativeTheme } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { listInterfaces } from '../engine/interfaces';
import { availableTerminals } from '../session/terminals';
import type { AppInfo, AppState } from '../shared/contract';
import { registerAppScheme, serveAppScheme } from './app-scheme';
import { START_URL } from './app-url';
import { hardenBeforeReady, hardenSession } from './hardening';
import { importSources, readSources } from './imports';
import { answerRequests, sendChange } from './ipc';
import type { Handlers } from './ipc';
import { holdPractice } from './practice';
import { holdProfiles } from './profiles';
import { holdRuns } from './runs';
import { loadSettings, saveSettings } from './settings';
import { holdState } from './state';

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

async function start(): Promise<void> {
  await app.whenReady();
  hardenSession();
  serveAppScheme(join(__dirname, '../renderer'));
  Menu.setApplicationMenu(menu());

  let window: BrowserWindow | null = null;
  const settingsFile = join(app.getPath('userData'), 'settings.json');
  const initial: AppState = {
    info: { version: __APP_VERSION__, platform: platform(), terminals: availableTerminals(process.env['PATH'] ?? '') },
    profiles: [],
    runs: {},
    practice: { status: 'stopped' },
    settings: loadSettings(settingsFile),
  };
  const state = holdState(initial, (change) => {
    if (window !== null) sendChange(window.webContents, change);
  });
  const profiles = holdProfiles(state);
  const practice = holdPractice(state, profiles);
  const runs = holdRuns({
    state,
    // The same Electron binary runs the command line as plain Node: the reason why its runAsNode fuse stays on.
    sesamy: ['env', 'ELECTRON_RUN_AS_NODE=1', process.execPath, join(__dirname, 'sesamy.cjs')],
    knownHostsLine: (profile) => practice.knownHostsLine(profile),
  });

  const handlers: Handlers = {
    'state.get': () => state.current,
    'profile.get': ({ id }) => profiles.get(id),
    'profile.save': ({ profile }) => {
      profiles.save(profile);
      return null;
    },
    'profile.remove': ({ id }) => {
      runs.cancel(id);
      profiles.remove(id);
      return null;
    },
    'import.choose': async () => {
      const options = {
        title: 'Import knocksettings.txt',
        properties: ['openFile' as const, 'multiSelections' as const],
        filters: [
          { name: 'Settings of Open Sesamy and PortKnocker', extensions: ['txt'] },
          { name: 'All files', extensions: ['*'] },
        ],
      };
      const chosen = await (window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options));
      return chosen.canceled ? null : importSources(await readSources(chosen.filePaths), profiles);
    },
    'import.texts': ({ files }) => importSources(files, profiles),
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
    runs.stopAll();
    void practice.stop();
  });
}

hardenBeforeReady();
registerAppScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();
