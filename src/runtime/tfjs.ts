/**
 * TensorFlow.js as this package uses it: tensors and layers. The whole package `@tensorflow/tfjs` would bring converters,
 * data sets and backends into every page. Backends are loaded when they are chosen.
 */
export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
