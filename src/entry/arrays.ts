/** `fastsam-tfjs/arrays`: layers, results and tensors as files of NumPy and safetensors. */
export { resultsArrays } from '../formats/resultsArrays.js';
export { rawArrays } from '../model/rawArrays.js';
export { readNpy, type NpyArray, type NpyData, type NpyDtype } from '../weights/npy.js';
export { readNpz } from '../weights/npz.js';
export { saveArrays, type ArrayTensor, type SavableArray, type SavableArrays } from '../weights/saveArrays.js';
export { writeNpy, writeNpz, type GivenArray } from '../weights/writeNpy.js';
