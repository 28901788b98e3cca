import type * as Tensors from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/random/random-stream.ts';
import type { NetworkInput } from '../core/recommend/set-network.ts';

type Tensor = Tensors.Tensor;
type Tensor2D = Tensors.Tensor2D;

const width = 12;
const steps = 120;
const learningRate = 0.02;

/** Weights of the network, in the order in which they are drawn and trained. */
const shapesOf = ({ blocks, inputs }: NetworkInput) =>
  ({
    embedding: [blocks, width],
    tower: [inputs, width],
    towerShift: [1, width],
    layer: [width, width],
    layerShift: [1, width],
    output: [width, 1],
    outputContext: [inputs, 1],
    outputShift: [1, 1],
  }) as const;
type Name = keyof ReturnType<typeof shapesOf>;

/**
 * Trains the set network by Adam on all rows at once. The gradients are written out: the bundle of tfjs-core for Node has none, and so no kernel is
 * needed that the wasm backend lacks (UnsortedSegmentSum, which embeddings by index would need).
 *
 *     tower = context x T + t;  h = relu(embedding_j + tower);  pooled = sum_j amount_j h_j
 *     r = relu(pooled x L + l);  outcome = r x o + context x c + b
 *
 * Cost: `steps` times n blocks width. Source: Zaheer et al. 2017, arXiv 1703.06114, eq. 4; Kingma and Ba 2015, arXiv 1412.6980,
 * algorithm 1.
 */
export function fitSetNetwork(
  tf: typeof Tensors,
  input: NetworkInput,
  random: RandomStream,
): (amount: Float32Array, context: Float32Array) => Float32Array {
  const shapes = shapesOf(input);
  const names = Object.keys(shapes) as Name[];
  const sizeOf = (name: Name) => shapes[name][0] * shapes[name][1];
  const weights = Object.fromEntries(
    names.map((name) => {
      const scale = name.endsWith('Shift') ? 0 : Math.sqrt(1 / shapes[name][0]);
      return [name, Float32Array.from({ length: sizeOf(name) }, () => scale * random.normal())];
    }),
  ) as Record<Name, Float32Array>;
  const first = names.map((name) => new Float32Array(sizeOf(name)));
  const second = names.map((name) => new Float32Array(sizeOf(name)));
  const { rows: n } = input;
  const amount = tf.tensor3d(input.amount, [n, input.blocks, 1]);
  const context = tf.tensor2d(input.context, [n, input.inputs]);
  const target = tf.tensor2d(input.target, [n, 1]);
  const rowWeights = tf.tensor2d(
    Float32Array.from(input.weights, (w) => w / n),
    [n, 1],
  );
  for (let step = 1; step <= steps; step++) {
    const gradients = gradientsOf(tf, tensorsOf(tf, weights, shapes), { amount, context, target, rowWeights });
    names.forEach((name, k) => {
      const values = weights[name];
      const gradient = gradients[name];
      const [m, v] = [first[k]!, second[k]!];
      const pull = name === 'outputShift' ? 0 : input.decay / Math.sqrt(n);
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! + pull * values[i]!;
        m[i] = 0.9 * m[i]! + 0.1 * g;
        v[i] = 0.999 * v[i]! + 0.001 * g * g;
        const move = m[i]! / (1 - 0.9 ** step) / (Math.sqrt(v[i]! / (1 - 0.999 ** step)) + 1e-8);
        values[i] = values[i]! - learningRate * move;
      }
    });
  }
  tf.dispose([amount, context, target, rowWeights]);
  return (amounts, contexts) => {
    const rows = amounts.length / input.blocks;
    return tf.tidy(() => {
      const w = tensorsOf(tf, weights, shapes);
      const x = tf.tensor2d(contexts, [rows, input.inputs]);
      return forward(tf, w, tf.tensor3d(amounts, [rows, input.blocks, 1]), x).outcome.dataSync() as Float32Array;
    });
  };
}

const tensorsOf = (
  tf: typeof Tensors,
  weights: Readonly<Record<Name, Float32Array>>,
  shapes: ReturnType<typeof shapesOf>,
) =>
  Object.fromEntries(
    (Object.keys(shapes) as Name[]).map((name) => [name, tf.tensor2d(weights[name], [...shapes[name]])]),
  ) as Record<Name, Tensor2D>;

function forward(tf: typeof Tensors, w: Readonly<Record<Name, Tensor2D>>, amount: Tensor, context: Tensor2D) {
  const tower = tf.add(tf.matMul(context, w.tower), w.towerShift);
  const before = tf.add(tf.expandDims(w.embedding, 0), tf.expandDims(tower, 1));
  const pooled = tf.sum(tf.mul(tf.relu(before), amount), 1) as Tensor2D;
  const layer = tf.add(tf.matMul(pooled, w.layer), w.layerShift) as Tensor2D;
  const rectified = tf.relu(layer);
  const outcome = tf.add(
    tf.add(tf.matMul(rectified, w.output), tf.matMul(context, w.outputContext)),
    w.outputShift,
  ) as Tensor2D;
  return { before, pooled, layer, rectified, outcome };
}

/** Gradients of half the weighted mean squared error; every tensor made on the way is freed. */
function gradientsOf(
  tf: typeof Tensors,
  w: Readonly<Record<Name, Tensor2D>>,
  data: {
    readonly amount: Tensor;
    readonly context: Tensor2D;
    readonly target: Tensor2D;
    readonly rowWeights: Tensor2D;
  },
): Readonly<Record<Name, Float32Array>> {
  const { amount, context, target, rowWeights } = data;
  const gradients = tf.tidy(() => {
    const step = (x: Tensor) => tf.cast(tf.greater(x, 0), 'float32');
    const { before, pooled, layer, rectified, outcome } = forward(tf, w, amount, context);
    const error = tf.mul(tf.sub(outcome, target), rowWeights) as Tensor2D;
    const atLayer = tf.mul(tf.matMul(error, w.output, false, true), step(layer)) as Tensor2D;
    const atPooled = tf.matMul(atLayer, w.layer, false, true);
    const atBlocks = tf.mul(tf.mul(tf.expandDims(atPooled, 1), amount), step(before));
    const atTower = tf.sum(atBlocks, 1) as Tensor2D;
    const total = (x: Tensor) => tf.sum(x, 0);
    const result: Record<Name, Tensor> = {
      embedding: total(atBlocks),
      tower: tf.matMul(context, atTower, true, false),
      towerShift: total(atTower),
      layer: tf.matMul(pooled, atLayer, true, false),
      layerShift: total(atLayer),
      output: tf.matMul(rectified, error, true, false),
      outputContext: tf.matMul(context, error, true, false),
      outputShift: total(error),
    };
    return result;
  });
  const values = Object.fromEntries(
    Object.entries(gradients).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
  ) as Record<Name, Float32Array>;
  tf.dispose(gradients);
  tf.dispose(w);
  return values;
}
