import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html, SafeHtml } from '../../src/ui/html.ts';

describe('the html tag', () => {
  it('escapes what it is given, in text and in attributes', () => {
    const nasty = `<img src=x onerror="alert('1')">&`;
    expect(String(html`<p title="${nasty}">${nasty}</p>`)).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
    );
  });

  it('nests its own output without escaping it twice, and joins lists', () => {
    const items = ['a', 'b & c'].map((item) => html`<li>${item}</li>`);
    expect(String(html`<ul>${items}</ul>`)).toBe('<ul><li>a</li><li>b &amp; c</li></ul>');
  });

  it('writes nothing for null and false, and zero as 0', () => {
    expect(String(html`[${null}${false}${0}]`)).toBe('[0]');
  });

  it('keeps any text whole: a parser reads back what went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { document } = parseHTML(String(html`<html><body><p id="p" title="${text}">x</p></body></html>`));
        expect(document.getElementById('p')?.getAttribute('title')).toBe(text);
        expect(escapeHtml(text)).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('is the only maker of SafeHtml', () => {
    expect(() => new SafeHtml('<b>', Symbol('html') as never)).toThrow('made by the html tag only');
  });
});
