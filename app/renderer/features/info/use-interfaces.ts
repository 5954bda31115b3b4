import { useEffect, useState } from 'react';
import type { NetworkInterface } from '../../../domain/network-interface';
import { attempt, request } from '../../client';
import { showFailure } from '../../state/ui';

/** This computer's network interfaces, read when the component appears; null until they are there. */
export function useInterfaces(): readonly NetworkInterface[] | null {
  const [interfaces, setInterfaces] = useState<readonly NetworkInterface[] | null>(null);
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
