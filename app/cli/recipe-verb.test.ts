import { expect, it } from 'vitest';
import { notes } from './recipe-verb';

const recipe = (family: number) => ({
  title: `IPv${family}`,
  description: 'What it does.',
  fileName: `ipv${family}.nft`,
  text: '',
  load: `nft -f ipv${family}.nft`,
});

it('names one command for one file, whatever the file is called', () => {
  expect(notes([recipe(4), recipe(6)], '$&.nft')).toEqual([
    'IPv4: What it does.',
    'IPv6: What it does.',
    'To load it on the server, as root: nft -f $&.nft',
  ]);
});
