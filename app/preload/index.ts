import { contextBridge, ipcRenderer } from 'electron';
import type { IpcRendererEvent } from 'electron';
import type { Bridge, StateChange } from '../shared/contract';

// Two fixed channels, named in shared/contract.ts; repeated by value because the sandbox gives a preload no modules of its
// own, and the contract's schemas have no business in here. The types keep both sides together.
const REQUEST_CHANNEL: typeof import('../shared/contract').REQUEST_CHANNEL = 'sesamy:request';
const STATE_CHANNEL: typeof import('../shared/contract').STATE_CHANNEL = 'sesamy:state';

const bridge: Bridge = {
  request: (name, argument) => ipcRenderer.invoke(REQUEST_CHANNEL, name, argument),
  onState(listener) {
    const hear = (_event: IpcRendererEvent, change: StateChange): void => {
      listener(change);
    };
    ipcRenderer.on(STATE_CHANNEL, hear);
    return () => {
      ipcRenderer.off(STATE_CHANNEL, hear);
    };
  },
};

contextBridge.exposeInMainWorld('sesamy', bridge);
