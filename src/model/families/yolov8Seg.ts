/** YOLOv8-seg as a table: the network that FastSAM trains on one class (FastSAM paper, section 3.1). */
import { segmentHead } from '../../layers/segmentHead.js';
import { NetworkFamily } from './networkFamily.js';
import { c2fRow, concat, conv, sppfRow, upsample } from './rows.js';

const SHORTCUT = true;

/** YOLOv8-seg in its five sizes. FastSAM-s is `s`, FastSAM-x is `x`. */
export const YOLOV8_SEG = new NetworkFamily({
  id: 'yolov8',
  name: 'YOLOv8-seg',
  checkpoints: 'YOLOv8-seg or FastSAM',
  rows: [
    // Backbone
    /*  0, stride  2 */ conv(64),
    /*  1, stride  4 */ conv(128),
    /*  2            */ c2fRow(128, 3, SHORTCUT),
    /*  3, stride  8 */ conv(256),
    /*  4            */ c2fRow(256, 6, SHORTCUT),
    /*  5, stride 16 */ conv(512),
    /*  6            */ c2fRow(512, 6, SHORTCUT),
    /*  7, stride 32 */ conv(1024),
    /*  8            */ c2fRow(1024, 3, SHORTCUT),
    /*  9            */ sppfRow(1024),
    // Neck, up
    /* 10, stride 16 */ upsample(),
    /* 11            */ concat(6),
    /* 12            */ c2fRow(512, 3),
    /* 13, stride  8 */ upsample(),
    /* 14            */ concat(4),
    /* 15, P3        */ c2fRow(256, 3),
    // Neck, down
    /* 16, stride 16 */ conv(256),
    /* 17            */ concat(12),
    /* 18, P4        */ c2fRow(512, 3),
    /* 19, stride 32 */ conv(512),
    /* 20            */ concat(9),
    /* 21, P5        */ c2fRow(1024, 3),
  ],
  head: {
    kind: 'Segment',
    from: [15, 18, 21],
    strides: [8, 16, 32],
    prototypeChannels: 256,
    sizes: { boxes: 'cv2.0.2', classes: 'cv3.0.2', coefficients: 'cv4.0.2', prototypes: 'proto.cv1.conv' },
    bins: 'dfl.conv.weight',
    build: segmentHead,
  },
  scales: {
    n: { depth: 0.33, width: 0.25, maxChannels: 1024 },
    s: { depth: 0.33, width: 0.5, maxChannels: 1024 },
    m: { depth: 0.67, width: 0.75, maxChannels: 768 },
    l: { depth: 1, width: 1, maxChannels: 512 },
    x: { depth: 1, width: 1.25, maxChannels: 512 },
  },
});
