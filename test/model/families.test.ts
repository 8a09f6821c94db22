import { describe, expect, test } from 'vitest';
import { architectureFor } from '../../src/model/architecture.js';
import { familyOf } from '../../src/model/families/families.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import { shapeOnly, shapesOf } from '../support/shapes.js';

describe('a family', () => {
  test('names its head after the last row of the table', () => {
    expect(YOLOV8_SEG.headName).toBe('model.22');
    expect(YOLOV8_SEG.headTensor('cv2.0.2')).toBe('model.22.cv2.0.2');
    expect(YOLOV8_SEG.maxStride).toBe(32);
    expect(YOLOV8_SEG.networkName('s')).toBe('yolov8s-seg');
  });

  test('is its name in JSON', () => {
    expect(JSON.parse(JSON.stringify(architectureFor(YOLOV8_SEG, 'n')))).toMatchObject({
      family: 'YOLOv8-seg',
      scale: 'n',
      channels: { 64: 16, 1024: 256 },
      repeats: { 3: 1, 6: 2 },
    });
  });

  test('is told by the tensors of its head, else by the description', () => {
    const other = new Map([['layer1.0.conv1.weight', shapeOnly([64, 64, 3, 3])]]);
    expect(familyOf(shapesOf(architectureFor(YOLOV8_SEG, 'n')))).toBe(YOLOV8_SEG);
    expect(familyOf(other)).toBeUndefined();
    expect(familyOf(other, { yaml_file: 'yolov8x-seg.yaml' })).toBe(YOLOV8_SEG);
    expect(familyOf(other, { description: 'Ultralytics YOLOv8n-seg model' })).toBe(YOLOV8_SEG);
    expect(familyOf(other, { yaml_file: 'yolo11n-seg.yaml' })).toBeUndefined();
  });
});
