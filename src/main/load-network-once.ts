import type { SetNetwork } from '../core/recommend/set-network.ts';

/** TensorFlow.js, loaded at the first call for each backend: most processes never need it. */
export function loadNetworkOnce(): (backend: 'wasm' | 'node') => Promise<SetNetwork> {
  const loaded = new Map<string, Promise<SetNetwork>>();
  return (backend) => {
    const network =
      loaded.get(backend) ??
      import('../neural/load-set-network.ts').then(({ loadSetNetwork }) => loadSetNetwork(backend));
    loaded.set(backend, network);
    return network;
  };
}
