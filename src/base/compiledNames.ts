/** Names that compilers write and no one typed, in texts that people read. */

/** A name of an earlier cell. */
const BOX = /\$\$([\w$]+)\.value\b/g;
/** What engines say of an expression that they quote. */
const QUOTES =
  /is not (a function|a constructor|iterable|async iterable|defined)|Cannot destructure|Class extends value/;
const CALLED = /\(0 ?, (?:[\w$]+\.)?([\w$]+)\)/g;
/** `cnn_kit_1.tf` of TypeScript, `import_cnn_kit.tf` of esbuild. */
const IMPORT = /\b(?:import_(?:node_)?([\w$]+?)\d*|(?:node_)?([a-zA-Z][\w$]*)_\d+)\.(?:default\b|(?=[\w$]))/g;

/** A text without the boxes in which the kernel keeps names: `$$tf.value.conv3` is `tf.conv3`. */
export const withoutBoxes = (text: string): string => (text.includes('$$') ? text.replace(BOX, '$1') : text);

/** An engine's message with the names of the TypeScript, as in `tf.conv3 is not a function`. */
export function withoutCompiledNames(message: string): string {
  const text = withoutBoxes(message);
  if (!QUOTES.test(text)) return text;
  return text
    .replace(CALLED, '$1')
    .replace(IMPORT, (found, bundled?: string, compiled?: string) =>
      found.endsWith('default') ? (bundled ?? compiled)! : '',
    );
}
