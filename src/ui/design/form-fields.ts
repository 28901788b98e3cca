import { type HtmlValue, html, type SafeHtml } from '../html.ts';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
}
export interface SelectGroup {
  readonly label: string;
  readonly options: readonly SelectOption[];
}

export interface SelectField {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (SelectOption | SelectGroup)[];
  readonly selected: string;
}

export function selectField({ name, label, options, selected }: SelectField): SafeHtml {
  const option = ({ value, label: text }: SelectOption) =>
    html`<option value="${value}"${value === selected && html` selected`}>${text}</option>`;
  return html`<div class="field"><label for="field-${name}">${label}</label><select id="field-${name}" name="${name}">${options.map(
    (entry) =>
      'options' in entry
        ? html`<optgroup label="${entry.label}">${entry.options.map(option)}</optgroup>`
        : option(entry),
  )}</select></div>`;
}

export interface TextField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly unit: string | null;
  readonly hint: HtmlValue;
  /** what is wrong with the value and what to do; null where nothing is */
  readonly error: string | null;
  readonly inputMode: 'decimal' | 'numeric' | 'text';
}

/** A field with its unit, a hint and its own error text, all tied to it; never the browser's own bubbles. */
export function textField({ name, label, value, unit, hint, error, inputMode }: TextField): SafeHtml {
  const described = [hint !== null && `field-${name}-hint`, error !== null && `field-${name}-error`].filter(
    (id) => id !== false,
  );
  return html`<div class="field${error !== null && ' field--error'}"><label for="field-${name}">${label}</label>
${hint !== null && html`<p class="hint" id="field-${name}-hint">${hint}</p>`}
${error !== null && html`<p class="error" id="field-${name}-error">${error}</p>`}
<span class="with-unit"><input id="field-${name}" name="${name}" value="${value}" inputmode="${inputMode}" autocomplete="off"${
    described.length > 0 && html` aria-describedby="${described.join(' ')}"`
  }${error !== null && html` aria-invalid="true"`}>${unit !== null && html`<span class="unit">${unit}</span>`}</span></div>`;
}
