/** Embeds patches and tokens as the rows of the transformers. */
import * as tf from '../../runtime/tfjs.js';
import type { LayerArgs } from '../../layers/customLayer.js';
import { inputRows, rowWidth } from './linear.js';

/** What a ClassAndPositions is made from. */
export interface ClassAndPositionsConfig extends LayerArgs {
  /** Patches of an image. */
  patches: number;
}

/**
 * Puts the class token before the patches of each image and adds the positions:
 * [images·patches, width] -> [images·(patches + 1), width], float32.
 * Weight: positions [patches + 1, width], the first row being the class embedding plus its position.
 */
export class ClassAndPositions extends tf.layers.Layer {
  static className = 'FastSamClassAndPositions';
  readonly #patches: number;
  #positions?: tf.LayerVariable;

  constructor(config: ClassAndPositionsConfig) {
    super(config);
    this.#patches = config.patches;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = [this.#patches + 1, rowWidth(inputShape)];
    this.#positions = this.addWeight('positions', shape, 'float32', tf.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = inputRows(inputs);
    const width = x.shape[1];
    return tf.tidy(() => {
      const patches = tf.reshape<tf.Rank.R3>(x, [-1, this.#patches, width]);
      const withRoom = tf.pad(patches, [
        [0, 0],
        [1, 0],
        [0, 0],
      ]);
      return tf.reshape(tf.add(withRoom, this.#positions?.read() as tf.Tensor2D), [-1, width]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), patches: this.#patches };
  }
}

/** What a TokenEmbedding is made from. */
export interface TokenEmbeddingConfig extends LayerArgs {
  vocabSize: number;
  contextLength: number;
  width: number;
}

/**
 * int32 [rows] tokens and int32 [rows] positions -> [rows, width], the sums of their embeddings, float32.
 * Weights: tokens [vocabSize, width], positions [contextLength, width].
 */
export class TokenEmbedding extends tf.layers.Layer {
  static className = 'FastSamTokenEmbedding';
  readonly #shapes: readonly [tf.Shape, tf.Shape];
  #tokens?: tf.LayerVariable;
  #positions?: tf.LayerVariable;

  constructor({ vocabSize, contextLength, width, ...config }: TokenEmbeddingConfig) {
    super(config);
    this.#shapes = [
      [vocabSize, width],
      [contextLength, width],
    ];
  }

  override build(): void {
    const zeros = tf.initializers.zeros();
    this.#tokens = this.addWeight('tokens', this.#shapes[0], 'float32', zeros);
    this.#positions = this.addWeight('positions', this.#shapes[1], 'float32', zeros);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [tokens, positions] = inputs as tf.Tensor1D[];
    return tf.tidy(() =>
      tf.add(
        tf.gather(this.#tokens?.read() as tf.Tensor2D, tokens),
        tf.gather(this.#positions?.read() as tf.Tensor2D, positions),
      ),
    );
  }

  override getConfig(): tf.serialization.ConfigDict {
    const [[vocabSize, width], [contextLength]] = this.#shapes;
    return { ...super.getConfig(), vocabSize, contextLength, width };
  }
}

tf.serialization.registerClass(ClassAndPositions);
tf.serialization.registerClass(TokenEmbedding);
