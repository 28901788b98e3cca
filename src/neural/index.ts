/** The public face of the neural room: TensorFlow.js for the set network of the recommender. */
export { loadSetNetwork } from './load-set-network.ts';
