import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activations } from '../../src/model/activations.js';
import { activationNames } from '../../src/model/layerNames.js';
import { buildNetwork, runNetwork, type Network } from '../../src/model/network.js';
import { architectureFor } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import { tinyNetwork } from '../support/tinyNetwork.js';
import { describeOnBackends } from '../support/devices.js';

describeOnBackends('the network', ['wasm', 'native', 'plain JavaScript'], () => {
  let network: Network;
  let input: tf.Tensor4D;

  beforeAll(() => {
    network = tinyNetwork('tiny');
    input = tf.randomUniform([2, 32, 64, 3], 0, 1, 'float32', 3);
  });
  afterAll(() => {
    network.model.dispose();
    input.dispose();
  });

  describe('a run of the network', () => {
    test('gives the four raw outputs of a batch', () => {
      const { boxes, classes, coefficients, prototypes } = runNetwork(network, input);
      const anchors = 4 * 8 + 2 * 4 + 2;
      expect(boxes.shape).toEqual([2, anchors, 20]);
      expect(classes.shape).toEqual([2, anchors, 1]);
      expect(coefficients.shape).toEqual([2, anchors, 32]);
      expect(prototypes.shape).toEqual([2, 8, 16, 32]);
      tf.dispose([boxes, classes, coefficients, prototypes]);
    });

    test('equals what tfjs computes from the model', () => {
      const raw = runNetwork(network, input);
      const expected = network.model.predictOnBatch(input) as tf.Tensor[];
      const got = [raw.boxes, raw.classes, raw.coefficients, raw.prototypes];
      got.forEach((tensor, i) => {
        expect(tensor).toBeAllclose(expected[i], { atol: 0 });
      });
      tf.dispose([...got, ...expected]);
    });

    test.each([[[1, 33, 64, 3]], [[1, 32, 64, 4]], [[32, 64, 3]], [[0, 32, 32, 3]]])('%j is no input', (shape) => {
      const wrong = tf.zeros<tf.Rank>(shape) as tf.Tensor4D;
      expect(() => runNetwork(network, wrong)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
      wrong.dispose();
    });

    test('bytes are no input', () => {
      const wrong = tf.zeros<tf.Rank.R4>([1, 32, 32, 3], 'int32');
      expect(() => runNetwork(network, wrong)).toThrow(/got int32/);
      wrong.dispose();
    });

    test('nothing leaks, and intermediate maps go early', () => {
      const before = tf.memory().numTensors;
      for (let i = 0; i < 3; i++) {
        const { boxes, classes, coefficients, prototypes } = runNetwork(network, input);
        expect(tf.memory().numTensors).toBe(before + 4);
        tf.dispose([boxes, classes, coefficients, prototypes]);
      }
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describe('activations', () => {
    test('every layer, block and tfjs layer can be asked for at once', () => {
      const names = activationNames(network);
      expect(names).toEqual(
        expect.arrayContaining([
          ...Array.from({ length: 23 }, (_, i) => `model.${String(i)}`),
          'model.0.conv',
          'model.2.m.0',
          'model.2.m.0.cv1',
          'model.22.cv2.0.1',
          'model.22.cv4.1',
          'model.22.proto.upsample',
          'model.22.dfl',
        ]),
      );
      const outputs = activations(network, input, names);
      expect(Object.keys(outputs).sort()).toEqual([...names].sort());
      expect(outputs['model.0'].shape).toEqual([2, 16, 32, 8]);
      expect(outputs['model.9'].shape).toEqual([2, 1, 2, 16]);
      expect(outputs['model.22'].shape).toEqual([2, 37, 42]);
      tf.dispose(outputs);
    });

    test('names of the same output give equal tensors that are disposed apart', () => {
      const outputs = activations(network, input, ['model.0', 'model.0.act', 'model.0']);
      outputs['model.0'].dispose();
      expect(outputs['model.0.act'].isDisposed).toBe(false);
      outputs['model.0.act'].dispose();
    });

    test('with batch norm as layers, its outputs can be asked for as well', () => {
      const separate = tinyNetwork('tiny', { foldBatchNorm: false });
      const a = activations(separate, input, ['model.5.bn']);
      const b = activations(network, input, ['model.5.conv']);
      expect(a['model.5.bn']).toBeAllclose(b['model.5.conv'], { atol: 1e-4 });
      tf.dispose([a, b]);
      separate.model.dispose();
    });

    test('an unknown name gets names like it', () => {
      const ask = (): unknown => activations(network, input, ['model.2.m0.cv1']);
      expect(ask).toThrow(expect.objectContaining({ code: 'UNKNOWN_NAME' }) as Error);
      expect(ask).toThrow(/'model\.2\.m0\.cv1'.*try model\.2\.m\.0\.cv1,/);
      expect(() => activations(network, input, ['model.5.bn'])).toThrow(/got 'model\.5\.bn'/);
    });

    test('nothing leaks, also when it fails', () => {
      const before = tf.memory().numTensors;
      tf.dispose(activations(network, input, ['model.22', 'model.2.cv1', 'model.22.dfl']));
      expect(() => activations(network, input, ['model.2', 'nothing'])).toThrow();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  test('a network gives all its memory back', () => {
    const before = tf.memory().numTensors;
    tinyNetwork('tiny-3-classes', { foldBatchNorm: false }).model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('folded weights cannot become a network with batch norm', () => {
  const folded = architectureFor(YOLOV8_SEG, 'n', { folded: true });
  expect(() => buildNetwork(folded, { foldBatchNorm: false })).toThrow(/foldBatchNorm: got false/);
});
