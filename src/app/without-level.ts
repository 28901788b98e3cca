/** `race=black` names a level, `race=black:gas` a level in a product; the variables are `race` and `race:gas`. */
export const withoutLevel = (name: string): string => name.replaceAll(/=[^:,]*/g, '');
