import type { EligibilityRule, StudyProtocol } from '../../app/analyses/study-protocol.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { rText, rVector, variablesOfTerm } from './r-words.ts';

type Inference = ResultOf<'study'>['body']['study']['inference']['method'];

const needsClusters: ReadonlySet<Inference> = new Set([
  'cluster-CR1',
  'cluster-CR2',
  'cluster-means',
  'wild-cluster-bootstrap',
]);

/** One row per unit out of the panel's file: treatment, covariates at the baseline, outcome at the follow-up. */
export function dataInR(protocol: StudyProtocol, method: Inference): string {
  const { baseline, outcome } = protocol;
  const isOneWave = baseline === null || outcome.followUp === null;
  const cluster = needsClusters.has(method) ? clusterInR(protocol) : '';
  return `# The file of the panel; change the three names to those of your file.
panel <- read.csv("panel.csv", check.names = FALSE, na.strings = c("", "NA", ".", "n/a"))
unit <- "id"
${isOneWave ? 'wave <- NULL' : 'wave <- "wave"'}

${reading}

before <- ${isOneWave ? '1L' : `period(${rText(baseline)})`}
after <- ${isOneWave ? '1L' : `period(${rText(outcome.followUp)})`}
data <- data.frame(.unit = units)
data$.treated <- ${treatedInR(protocol, isOneWave)}
${covariatesInR(protocol)}
data$.outcome <- value(${rText(outcome.variable)}, after, ${outcome.minimumShare})${
    outcome.is === 'change' ? ` - value(${rText(outcome.variable)}, before, ${outcome.minimumShare})` : ''
  }
${cluster}${protocol.eligibility.map((rule) => `data <- data[${conditionInR(rule)}[match(data$.unit, units)], ]\n`).join('')}${knownInR(protocol)}
cat(nrow(data), "units,", sum(data$.treated), "of them treated\\n")`;
}

/** Periods and values as the service reads them. */
const reading = `panel$.unit <- as.character(panel[[unit]])
panel$.label <- if (is.null(wave)) "1" else as.character(panel[[wave]])
waves <- sort(unique(panel$.label), method = "radix")
units <- sort(unique(panel$.unit), method = "radix")
panel$.wave <- match(panel$.label, waves)
# A period is a wave, the waves that begin with it, or first..last.
period <- function(text) {
  ends <- strsplit(text, "..", fixed = TRUE)[[1]]
  inside <- function(label) {
    if (label %in% waves) return(match(label, waves))
    which(startsWith(waves, label) & !grepl("^[0-9]", substring(waves, nchar(label) + 1)))
  }
  seq(min(inside(ends[1])), max(inside(ends[length(ends)])))
}
# One value per unit: the mean of the numbers in a period, or the last text; none where too few waves are observed.
value <- function(name, at, share = 0) {
  rows <- panel[panel$.wave %in% at & !is.na(panel[[name]]), ]
  rows <- rows[order(rows$.wave), ]
  by <- factor(rows$.unit, levels = units)
  found <- tapply(rows[[name]], by, if (is.numeric(rows[[name]])) mean else function(x) x[length(x)])
  found[as.vector(table(by)) < max(1, ceiling(share * length(at) - 1e-9))] <- NA
  as.vector(found)
}`;

function treatedInR({ treatment, outcome }: StudyProtocol, isOneWave: boolean): string {
  const name = 'adopts' in treatment ? treatment.adopts : treatment.variable;
  const column = `panel[[${rText(name)}]]`;
  const given = treatment.level === null ? column : `as.numeric(${column} == ${rText(treatment.level)})`;
  if (isOneWave) return `(${given})[match(units, panel$.unit)]`;
  const span = 'adopts' in treatment ? `period(${rText(treatment.in)})` : null;
  const later = outcome.laterFollowUps.at(-1);
  return `local({
  given <- ${given}
  earlier <- ${span === null ? 'max(before)' : `min(${span}) - 1`}
  from <- ${span === null ? 'min(after)' : `max(${span})`}
  ones <- which(given == 1)
  first <- tapply(panel$.wave[ones], factor(panel$.unit[ones], levels = units), min)
  first[is.na(first)] <- Inf
  seen <- units %in% panel$.unit[!is.na(given) & panel$.wave %in% seq(from, max(after))]
  # 1: began in time. NA: had it before, began inside the follow-up, or not known.
  entered <- ifelse(first <= earlier, NA, ifelse(first <= from, 1, ifelse(first <= max(after) | !seen, NA, 0)))${
    later === undefined ? '' : `\n  entered[which(entered == 0 & first <= max(period(${rText(later)})))] <- NA`
  }
  as.vector(entered)
})`;
}

function covariatesInR({ covariates, design }: StudyProtocol): string {
  const listed = (name: 'exact' | 'antiExact'): readonly string[] =>
    name in design
      ? (design as { readonly exact?: readonly string[]; readonly antiExact?: readonly string[] })[name]!
      : [];
  const within = 'distance' in design && 'within' in design.distance ? (design.distance.within ?? []) : [];
  const variables = new Set([
    ...[...covariates, ...within].flatMap(variablesOfTerm),
    ...listed('exact'),
    ...listed('antiExact'),
    ...('calipers' in design ? design.calipers.map(({ on }) => on).filter((on) => on !== 'distance') : []),
    ...('coarsening' in design ? design.coarsening.map(({ variable }) => variable) : []),
    ...('prefer' in design && design.prefer !== null ? [design.prefer.variable] : []),
  ]);
  return `for (name in ${rVector([...variables])}) data[[name]] <- value(name, before)`;
}

const clusterInR = ({ inference }: StudyProtocol): string =>
  inference.cluster === null
    ? `# The column of the panel that holds the collectives:\ndata$.cluster <- value("collective", before)\n`
    : `data$.cluster <- value(${rText(inference.cluster)}, before)\n`;

function conditionInR({ variable, at, is, from, to }: EligibilityRule): string {
  const found = `value(${rText(variable)}, ${at === 'baseline' ? 'before' : `period(${rText(at)})`})`;
  if (is !== null) return `(${found} %in% ${rVector(is)})`;
  return `(${found} |> (\\(x) !is.na(x) & x >= ${from ?? -Infinity} & x <= ${to ?? Infinity})())`.replaceAll(
    'Infinity',
    'Inf',
  );
}

/** Complete in all that is known before the treatment; the outcome may be missing until the sample is fixed. */
function knownInR({ outcome, sensitivity }: StudyProtocol): string {
  const name = rText(outcome.variable);
  const known = (at: string) =>
    `data <- data[!is.na(value(${name}, ${at}, ${outcome.minimumShare}))[match(data$.unit, units)], ]\n`;
  const earlier = sensitivity.preperiod === null ? '' : known(`period(${rText(sensitivity.preperiod)})`);
  const own = outcome.is === 'change' || sensitivity.preperiod !== null ? known('before') : '';
  return `${earlier}${own}data <- data[complete.cases(data[setdiff(names(data), c(".outcome", ".cluster"))]), ]
rownames(data) <- data$.unit`;
}
