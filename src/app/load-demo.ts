import type { IngestReport } from './panels.ts';
import type { Control } from './ports.ts';
import type { IngestInput, Service } from './service.ts';

/** One panel of the demo: how to read it, and its content. */
export interface DemoPanel {
  readonly input: IngestInput;
  content(): AsyncIterable<Uint8Array>;
}

/** Ingests the demo's panels like anybody's; those that are there already stay as they are. */
export async function loadDemo(
  service: Service,
  panels: readonly DemoPanel[],
  control: Control,
  done: (report: IngestReport) => void = () => {},
): Promise<void> {
  for (const { input, content } of panels) {
    done(await service.ingestPanel({ role: 'operator' }, input, content(), control));
  }
}
