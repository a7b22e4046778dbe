/** Node under display: imported for its effect. */
import { inspect } from 'node:util';
import { useRuntime } from '../runtime';
import { encodePng } from './png';
import { drawSvg } from './raster';
import { terminal } from './terminal';

useRuntime({ inspect, encodePng, drawSvg, terminal });
