// Four whole training steps (forward, backward, Adam), in the sizes of the project's speed targets. models.py holds
// the same four in PyTorch.
import {
  add,
  attention as attend,
  compile,
  conv,
  exp,
  gelu,
  logSoftmax,
  matmul,
  maxPool,
  mean,
  mul,
  negative,
  oneHot,
  random,
  relu,
  reshape,
  slice,
  standardize,
  sub,
  sum,
  type Tensor,
  type Tree,
  take,
  tanh,
  tensor,
  transpose,
  valueAndGrad,
  zeros,
} from "../../src/engine/index.ts";
import { adam } from "../../src/engine/optimisers/index.ts";

export interface Training {
  /** One step; gives the loss. */
  step(): Promise<number>;
  explain(): unknown;
}

type Loss<P extends Tree> = (params: P, batch: Tensor[], key: Tensor) => Tensor;

function training<P extends Tree>(params: P, batch: Tensor[], loss: Loss<P>): Training {
  const optimiser = adam({ learningRate: 1e-3 });
  const compiled = compile(
    (p: P, state: ReturnType<typeof optimiser.init>, data: Tensor[], key: Tensor) => {
      const [keep, use] = [random.split(key), 0];
      const [value, gradient] = valueAndGrad((q: P) => loss(q, data, slice(keep, use)))(p);
      const [next, nextState] = optimiser.update(p, gradient, state);
      return [value, next, nextState, slice(keep, 1)] as const;
    },
    { donate: [0, 1] },
  );
  let state = optimiser.init(params);
  let current = params;
  let key = random.key(7);
  return {
    async step() {
      const [value, next, nextState, nextKey] = await compiled(current, state, batch, key);
      current = next as P;
      state = nextState as typeof state;
      key = nextKey;
      return value.item();
    },
    explain: () => compiled.explain(),
  };
}

function weights(seed: number, shape: number[], fanIn = shape[0]): Tensor {
  return mul(random.normal(random.key(seed), shape), 1 / Math.sqrt(fanIn));
}

function labels(n: number, classes: number): Tensor {
  return tensor(
    Int32Array.from({ length: n }, (_, i) => (i * 7919) % classes),
    { dtype: "int32" },
  );
}

function crossEntropy(logits: Tensor, target: Tensor): Tensor {
  const classes = logits.shape[logits.ndim - 1];
  return negative(mean(sum(mul(logSoftmax(logits), oneHot(target, classes)), -1)));
}

const dense = (x: Tensor, p: { w: Tensor; b: Tensor }) => add(matmul(x, p.w), p.b);
const layer = (seed: number, n: number, m: number) => ({ w: weights(seed, [n, m]), b: zeros([m]) });

function mlp(): Training {
  const params = [layer(1, 784, 512), layer(2, 512, 512), layer(3, 512, 10)];
  return training(params, [random.uniform(random.key(9), [256, 784]), labels(256, 10)], (p, [x, y]) =>
    crossEntropy(dense(relu(dense(relu(dense(x, p[0])), p[1])), p[2]), y),
  );
}

function transformer(): Training {
  const [d, heads, tokens, batch, vocabulary] = [64, 4, 128, 32, 256];
  const block = (seed: number) => ({
    norm1: { scale: tensor(new Float32Array(d).fill(1)), shift: zeros([d]) },
    qkv: layer(seed, d, 3 * d),
    out: layer(seed + 1, d, d),
    norm2: { scale: tensor(new Float32Array(d).fill(1)), shift: zeros([d]) },
    up: layer(seed + 2, d, 4 * d),
    down: layer(seed + 3, 4 * d, d),
  });
  const params = {
    embedding: weights(1, [vocabulary, d], d),
    positions: weights(2, [tokens, d], d),
    blocks: [block(10), block(20)],
    head: layer(30, d, 10),
  };
  type Block = ReturnType<typeof block>;
  const norm = (x: Tensor, p: Block["norm1"]) => add(mul(standardize(x), p.scale), p.shift);
  const attention = (x: Tensor, p: Block) => {
    const qkv = reshape(dense(x, p.qkv), [batch, tokens, 3, heads, d / heads]);
    const [q, k, v] = [0, 1, 2].map((i) => slice(qkv, [], [], i));
    const byHead = (one: Tensor) => transpose(one, [0, 2, 1, 3]);
    const mixed = byHead(attend(byHead(q), byHead(k), byHead(v)));
    return dense(reshape(mixed, [batch, tokens, d]), p.out);
  };
  const ids = tensor(
    Int32Array.from({ length: batch * tokens }, (_, i) => (i * 31 + (i >> 5)) % vocabulary),
    { shape: [batch, tokens] },
  );
  return training(params, [ids, labels(batch, 10)], (p, [x, y]) => {
    let h = add(take(p.embedding, x), p.positions);
    for (const one of p.blocks) {
      h = add(h, attention(norm(h, one.norm1), one));
      h = add(h, dense(gelu(dense(norm(h, one.norm2), one.up)), one.down));
    }
    return crossEntropy(dense(mean(h, 1), p.head), y);
  });
}

function cnn(): Training {
  const params = {
    first: { w: weights(1, [32, 1, 3, 3], 9), b: zeros([32, 1, 1]) },
    second: { w: weights(2, [64, 32, 3, 3], 288), b: zeros([64, 1, 1]) },
    head: layer(3, 64 * 7 * 7, 10),
  };
  return training(params, [random.uniform(random.key(9), [64, 1, 28, 28]), labels(64, 10)], (p, [x, y]) => {
    let h = maxPool(relu(add(conv(x, p.first.w, { padding: "same" }), p.first.b)), 2);
    h = maxPool(relu(add(conv(h, p.second.w, { padding: "same" }), p.second.b)), 2);
    return crossEntropy(dense(reshape(h, [64, 64 * 7 * 7]), p.head), y);
  });
}

function multVae(): Training {
  const [items, hidden, latent, batch] = [6000, 600, 200, 500];
  const params = {
    encoder: layer(1, items, hidden),
    code: layer(2, hidden, 2 * latent),
    decoder: layer(3, latent, hidden),
    out: layer(4, hidden, items),
  };
  const clicks = new Float32Array(batch * items);
  for (let i = 0; i < clicks.length; i += 97) clicks[i] = 1;
  return training(params, [tensor(clicks, { shape: [batch, items] })], (p, [x], key) => {
    const scaled = mul(x, 1 / Math.sqrt(62));
    const code = dense(tanh(dense(scaled, p.encoder)), p.code);
    const [mu, logVar] = [slice(code, [], [0, latent]), slice(code, [], [latent])];
    const z = add(mu, mul(random.normal(key, [batch, latent]), exp(mul(logVar, 0.5))));
    const logits = dense(tanh(dense(z, p.decoder)), p.out);
    const likelihood = mean(sum(mul(logSoftmax(logits), x), -1));
    const divergence = mul(mean(sum(sub(sub(add(mul(mu, mu), exp(logVar)), logVar), 1), -1)), 0.5);
    return sub(mul(divergence, 0.2), likelihood);
  });
}

export const models: Record<string, () => Training> = { mlp, transformer, cnn, "mult-vae": multVae };
