/**
 * timm's names of weights, for networks whose layers here carry torchvision's: MobileNetV2 and V3, MnasNet, EfficientNet,
 * VGG and the first SE networks.
 * timm numbers the blocks within each stage and names their parts; its last layers may be convolutions.
 */

/** How torchvision names the parts of an inverted residual block; see src/models/mobilenet.ts. */
export type Numbering = 'conv' | 'block' | 'row' | 'layers';

/** Maps each of timm's names to torchvision's. */
export function torchvisionNames(names: Iterable<string>, numbering: Numbering): Map<string, string> {
  const all = [...names];
  const blocks = [
    ...new Set(all.map(name => /^blocks\.\d+\.\d+\./.exec(name)?.[0]).filter(prefix => prefix !== undefined)),
  ];
  const stages = new Set(blocks.map(prefix => prefix.split('.')[1])).size;
  // In MobileNetV3, the last of timm's blocks is the last convolution.
  const last = { conv: blocks.length + 1, block: stages + 1, row: blocks.length, layers: 14 }[numbering];
  const outside = OUTSIDE[numbering](last);
  return new Map(
    all.map(name => {
      const prefix = /^blocks\.\d+\.\d+\./.exec(name)?.[0];
      if (!prefix) return [name, renamed(name, outside)];
      const parts = partsOf(
        all.filter(other => other.startsWith(prefix)).map(other => other.slice(prefix.length)),
        numbering,
      );
      const [, stage, index] = prefix.split('.').map(Number);
      const isFirst = stage === 0 && numbering === 'layers';
      const block =
        numbering === 'conv' || numbering === 'row' ? `features.${blocks.indexOf(prefix) + 1}.`
        : numbering === 'block' ? `features.${stage + 1}.${index}.`
        : isFirst ? '' : `layers.${7 + stage}.${index}.`; // prettier-ignore
      const part = renamed(name.slice(prefix.length), isFirst ? FIRST_OF_MNASNET : parts);
      return [name, `${block}${part}`];
    }),
  );
}

/** timm's VGG: its dense layers are convolutions. */
export const VGG: Record<string, string> = {
  'pre_logits.fc1': 'classifier.0',
  'pre_logits.fc2': 'classifier.3',
  'head.fc': 'classifier.6',
};

/** timm's legacy_seresnet and legacy_seresnext, the authors' networks. */
export function firstSeNames(names: Iterable<string>): Map<string, string> {
  const ours = (name: string): string =>
    name
      .replace(/^layer0\./, '')
      .replace('.se_module.', '.se.')
      .replace(/^last_linear\./, 'fc.');
  return new Map([...names].map(name => [name, ours(name)]));
}

/** timm's senet154, whose first convolutions are one row of layers, with numbers. */
export function deepSeNames(names: Iterable<string>): Map<string, string> {
  const stem = {
    'conv1.0': 'layer0.conv1',
    'conv1.1': 'layer0.bn1',
    'conv1.3': 'layer0.conv2',
    'conv1.4': 'layer0.bn2',
    'conv1.6': 'layer0.conv3',
    bn1: 'layer0.bn3',
    fc: 'last_linear',
  };
  return new Map([...names].map(name => [name, renamed(name, stem).replace('.se.', '.se_module.')]));
}

/** timm's RegNets, in torchvision's names: s1.b1.conv1.conv is trunk_output.block1.block1-0.f.a.0. */
export function regnetNames(names: Iterable<string>): Map<string, string> {
  const parts = { conv1: 'f.a', conv2: 'f.b', conv3: 'f.c', downsample: 'proj', se: 'f.se' };
  const outside = { 'stem.conv': 'stem.0', 'stem.bn': 'stem.1', 'head.fc': 'fc' };
  const theirs = (name: string): string => {
    const [, stage, block, part, rest] = /^s(\d+)\.b(\d+)\.(\w+)\.(.*)$/.exec(name) ?? [];
    if (!Object.hasOwn(parts, part ?? '')) return renamed(name, outside);
    const own = rest.replace(/^conv\./, '0.').replace(/^bn\./, '1.');
    return `trunk_output.block${stage}.block${stage}-${Number(block) - 1}.${parts[part as keyof typeof parts]}.${own}`;
  };
  return new Map([...names].map(name => [name, theirs(name)]));
}

/** Stem and head, where the last convolution has this index. */
const OUTSIDE: Record<Numbering, (last: number) => Record<string, string>> = {
  conv: last => outsideOfFeatures(last),
  block: last => outsideOfFeatures(last),
  row: last => ({ ...outsideOfFeatures(last), conv_head: 'classifier.0', classifier: 'classifier.3' }),
  layers: () => ({
    conv_stem: 'layers.0',
    bn1: 'layers.1',
    conv_head: 'layers.14',
    bn2: 'layers.15',
    classifier: 'classifier.1',
  }),
};

const outsideOfFeatures = (last: number): Record<string, string> => ({
  conv_stem: 'features.0.0',
  bn1: 'features.0.1',
  conv_head: `features.${last}.0`,
  bn2: `features.${last}.1`,
  classifier: 'classifier.1',
});

const FIRST_OF_MNASNET = { conv_dw: 'layers.3', bn1: 'layers.4', conv_pw: 'layers.6', bn2: 'layers.7' };

/** Parts of a block: timm's name to torchvision's. */
function partsOf(names: string[], numbering: Numbering): Record<string, string> {
  if (names.some(name => name.startsWith('conv.'))) return { conv: '0', bn1: '1' };
  const expands = names.some(name => name.startsWith('conv_pwl.'));
  const squeezes = names.some(name => name.startsWith('se.'));
  const order = [
    ...(expands ? [['conv_pw', 'bn1']] : []),
    ['conv_dw', expands ? 'bn2' : 'bn1'],
    ...(squeezes ? [['se.conv_reduce', 'se.conv_expand']] : []),
    expands ? ['conv_pwl', 'bn3'] : ['conv_pw', 'bn2'],
  ];
  let index = 0;
  return Object.fromEntries(
    order.flatMap(([first, second], i) => {
      const isSqueeze = first.startsWith('se.');
      if (isSqueeze && numbering === 'layers') return [[first, 'se.fc1'], [second, 'se.fc2']]; // prettier-ignore
      const at = index++;
      if (isSqueeze) return [[first, `block.${at}.fc1`], [second, `block.${at}.fc2`]]; // prettier-ignore
      if (numbering === 'layers') return [[first, `layers.${3 * at}`], [second, `layers.${3 * at + 1}`]]; // prettier-ignore
      if (numbering === 'conv' && i === order.length - 1) return [[first, `conv.${at}`], [second, `conv.${at + 1}`]]; // prettier-ignore
      const part = numbering === 'row' ? 'block' : numbering;
      return [[first, `${part}.${at}.0`], [second, `${part}.${at}.1`]]; // prettier-ignore
    }),
  ) as Record<string, string>;
}

/** The name with its part before the last dot as the table has it. */
export function renamed(name: string, table: Readonly<Record<string, string>>): string {
  const dot = name.lastIndexOf('.');
  const prefix = name.slice(0, dot);
  return Object.hasOwn(table, prefix) ? `${table[prefix]}${name.slice(dot)}` : name;
}
