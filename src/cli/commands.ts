import type { Command } from './command.ts';
import { accept } from './commands/accept.ts';
import { conformance } from './commands/conformance.ts';
import { consent } from './commands/consent.ts';
import { demo } from './commands/demo.ts';
import { describe } from './commands/describe.ts';
import { document } from './commands/document.ts';
import { erase } from './commands/erase.ts';
import { evaluate } from './commands/evaluate.ts';
import { events } from './commands/events.ts';
import { ingest } from './commands/ingest.ts';
import { insights } from './commands/insights.ts';
import { match } from './commands/match.ts';
import { nextExperiments } from './commands/next-experiments.ts';
import { outcome } from './commands/outcome.ts';
import { panelModel } from './commands/panel-model.ts';
import { policyValue } from './commands/policy-value.ts';
import { promises } from './commands/promises.ts';
import { qca } from './commands/qca.ts';
import { recommend } from './commands/recommend.ts';
import { replay } from './commands/replay.ts';
import { serve } from './commands/serve.ts';
import { study } from './commands/study.ts';
import { train } from './commands/train.ts';
import { withdraw } from './commands/withdraw.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  serve,
  ingest,
  describe,
  consent,
  erase,
  events,
  insights,
  match,
  study,
  replay,
  panelModel,
  qca,
  train,
  evaluate,
  policyValue,
  recommend,
  nextExperiments,
  document,
  accept,
  outcome,
  promises,
  withdraw,
  conformance,
  demo,
];
