import type { QcaRequest } from '../../app/analyses/qca-settings.ts';
import { libraryCall, request } from '../as-code.ts';
import type { SameAnswer } from '../design/same-answer.ts';
import type { PageContext } from '../page-context.ts';

/** A QCA as code. Its waves per variable have no option on the command line, which points to the request instead. */
export function qcaAsCode(context: PageContext, settings: QcaRequest): SameAnswer {
  return {
    commandLine: null,
    request: request(context.origin, 'POST', '/v1/qca', settings),
    typescript: libraryCall('qca', settings),
  };
}
