/** Run as a process of its own: downloads `url` to `path` (arguments) and prints the number of bytes. */
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { download } from '../../src/weights/download.js';

const [url = '', path = ''] = process.argv.slice(2);
usePlatform(nodePlatform);
const { bytes } = await download({ urls: [url], isPublished: false, versions: [], allowed: [], path, name: 'file' });
console.log(bytes.length);
