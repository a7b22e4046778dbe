import { words } from './options';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes a text for HTML and XML, in attributes too, and replaces what neither can hold: control characters, half pairs. */
export function escapeMarkup(text: string): string {
  words('text of escapeMarkup', text);
  return text
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\ufffd')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, character => ENTITIES[character]);
}

/**
 * HTML of a text that keeps its lines and their indentation, wraps between words (a notebook breaks plain text within them),
 * and has its marks ✓ and ✗ in green and red.
 */
export function linesMarkup(text: string): string {
  const line = (all: string): string => {
    const [, space, mark, rest] = /^( *)([✓✗]?)([^]*)$/.exec(all)!;
    const colour = mark === '✓' ? 'var(--jp-success-color1, #388e3c)' : 'var(--jp-error-color1, #d32f2f)';
    const marked = mark && `<b style="color: ${colour}">${mark}</b>`;
    // Where a marked line wraps, it goes on beside its mark.
    const hang = mark ? '; padding-left: 2ch; text-indent: -2ch' : '';
    return `<div style="margin-left: ${space.length}ch${hang}">${marked}${escapeMarkup(rest) || '&nbsp;'}</div>`;
  };
  const font = 'font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, inherit)';
  const wrap = 'line-height: var(--jp-code-line-height, inherit); white-space: pre-wrap; overflow-wrap: anywhere';
  return `<div style="${font}; ${wrap}">${text.split('\n').map(line).join('')}</div>`;
}
