/** Loaded before a command (`node --import`): the clock starts at SHIFTED_NOW, so that a page may let a year go by. */
const RealDate = Date;
const shift = RealDate.parse(process.env.SHIFTED_NOW!) - RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    super(given.length === 0 ? RealDate.now() + shift : given[0]);
  }

  static override now(): number {
    return RealDate.now() + shift;
  }
} as DateConstructor;
