import { useEffect, useState } from 'react';
import type { InterfaceInfo } from '../../../shared/contract';
import { attempt, request } from '../../client';
import { showFailure } from '../../state/ui';

/** This computer's network interfaces, read when the component appears; null until they are there. */
export function useInterfaces(): readonly InterfaceInfo[] | null {
  const [interfaces, setInterfaces] = useState<readonly InterfaceInfo[] | null>(null);
  useEffect(() => {
    let wanted = true;
    attempt(async () => {
      const list = await request('interfaces.list', {});
      if (wanted) setInterfaces(list);
    }, showFailure);
    return () => {
      wanted = false;
    };
  }, []);
  return interfaces;
}
