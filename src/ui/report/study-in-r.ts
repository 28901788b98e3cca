import type { StudyProtocol } from '../../app/analyses/study-protocol.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { formulaSide } from './r-words.ts';
import { dataInR } from './study-data-in-r.ts';
import { designInR } from './study-design-in-r.ts';

type Inference = ResultOf<'study'>['body']['study']['inference']['method'];

/** A script that recomputes a study in R: the units out of the panel, the sample, its balance and the effect with its error. */
export function studyInR({ settings, body }: ResultOf<'study'>): string {
  const { protocol } = settings;
  const { method } = body.study.inference;
  const design = designInR(protocol);
  return [
    header(protocol, design.packages, method),
    dataInR(protocol, method),
    design.script,
    effectInR(protocol, method, design.isWeighting),
  ].join('\n\n');
}

const regression = ['sandwich', 'lmtest', 'marginaleffects'];

/** What the code of each error calls. */
const errorPackages: Readonly<Record<Inference, readonly string[]>> = {
  'matched-sets': regression,
  'cluster-CR1': regression,
  bootstrap: regression,
  HC3: regression,
  'within-strata': ['sandwich', 'lmtest'],
  'cluster-CR2': ['clubSandwich'],
  'cluster-means': [],
  'wild-cluster-bootstrap': ['fwildclusterboot'],
  'm-estimation': [],
  'abadie-imbens': ['Matching'],
  'abadie-imbens-homoskedastic': ['Matching'],
};

function header({ design }: StudyProtocol, packages: readonly string[], method: Inference): string {
  const all = [...packages, ...errorPackages[method]];
  return `# Recomputes this study in R. Where its answers differ:
# - ties: rows are put in the order of the unit ids, byte by byte, and ties go to the first of them; MatchIt takes ties in the
#   order of the rows, so it agrees but for scores that differ in the last digit only;
# - draws (method ${design.method}, standard error ${method}): random numbers are those of another generator.
# install.packages(c(${all.map((name) => `"${name}"`).join(', ')}))
${all.map((name) => `library(${name})`).join('\n')}`;
}

function effectInR(protocol: StudyProtocol, method: Inference, isWeighting: boolean): string {
  const adjust = formulaSide(protocol.covariates);
  const source = isWeighting
    ? `sample <- data
sample$weights <- w$weights
sample <- sample[!is.na(sample$.outcome), ]`
    : `sample <- match.data(m)
sample <- sample[!is.na(sample$.outcome), ]
# Who has nobody left to be compared with leaves too.
if (!is.null(sample$subclass)) {
  both <- tapply(sample$.treated, sample$subclass, function(x) length(unique(x)) == 2)
  sample <- sample[both[as.character(sample$subclass)], ]
}`;
  return `${source}
plain <- lm(.outcome ~ .treated, data = sample, weights = weights)
adjusted <- lm(.outcome ~ .treated + ${adjust}, data = sample, weights = weights)
${errorInR(protocol, method)}
`;
}

/** The error that the study chose, said by packages that have it. */
function errorInR(protocol: StudyProtocol, method: Inference): string {
  const { inference, design, seed } = protocol;
  const level = `level = ${inference.confidence}`;
  const both = (covariance: string, df: string) => `covariance <- function(fit) ${covariance}
for (fit in list(plain, adjusted)) {
  v <- covariance(fit)
  print(coeftest(fit, vcov. = v, df = ${df})[".treated", ])
  print(coefci(fit, parm = ".treated", vcov. = v, df = ${df}, ${level}))
}
print(avg_comparisons(adjusted, variables = ".treated", vcov = v, conf_level = ${inference.confidence}))`;
  const ratio = 'ratio' in design ? design.ratio : 1;
  switch (method) {
    case 'matched-sets':
      return both('vcovCL(fit, cluster = ~subclass, type = "HC1")', 'length(unique(sample$subclass)) - 1');
    case 'cluster-CR1':
      return both('vcovCL(fit, cluster = ~.cluster, type = "HC1")', 'length(unique(sample$.cluster)) - 1');
    case 'bootstrap':
      return `set.seed(${seed})\n${both('vcovBS(fit, cluster = ~subclass, R = 999)', 'length(unique(sample$subclass)) - 1')}`;
    case 'HC3':
      return both('vcovHC(fit, type = "HC3")', 'df.residual(fit)');
    case 'within-strata':
      return `strata <- split(sample, sample$subclass)
share <- sapply(strata, function(s) sum(s$weights[s$.treated == 1])) / sum(sample$weights[sample$.treated == 1])
difference <- sapply(strata, function(s) diff(tapply(s$.outcome, s$.treated, mean)))
variance <- sapply(strata, function(s) sum(tapply(s$.outcome, s$.treated, function(y) var(y) / length(y))))
print(c(estimate = sum(share * difference), error = sqrt(sum(share^2 * variance))))
print(coeftest(adjusted, vcov. = vcovHC(adjusted, type = "HC3"))[".treated", ])`;
    case 'cluster-CR2':
      return `for (fit in list(plain, adjusted)) {
  print(coef_test(fit, vcov = "CR2", cluster = sample$.cluster, test = "Satterthwaite", coefs = ".treated"))
}`;
    case 'cluster-means':
      return `means <- sapply(split(sample, sample$.cluster), function(s) weighted.mean(s$.outcome, s$weights))
side <- sapply(split(sample, sample$.cluster), function(s) s$.treated[1])
print(t.test(means[side == 1], means[side == 0], var.equal = TRUE, conf.level = ${inference.confidence}))`;
    case 'wild-cluster-bootstrap':
      return `set.seed(${seed})
for (fit in list(plain, adjusted)) print(boottest(fit, clustid = ".cluster", param = ".treated", B = 999))`;
    case 'm-estimation':
      return `print(summary(lm_weightit(.outcome ~ .treated, data = data, weightit = w), ci = TRUE))
print(summary(lm_weightit(.outcome ~ .treated + ${formulaSide(protocol.covariates)}, data = data, weightit = w), ci = TRUE))`;
    case 'abadie-imbens':
    case 'abadie-imbens-homoskedastic': {
      // MatchIt keeps a distance of scores only.
      const isScore = 'distance' in design && design.distance.type === 'propensity-score';
      const near = isScore
        ? 'm$distance[rownames(known)]'
        : `model.matrix(~ ${formulaSide(protocol.covariates)}, known)[, -1, drop = FALSE], Weight = 2`;
      return `known <- data[!is.na(data$.outcome), ]
print(summary(Match(Y = known$.outcome, Tr = known$.treated, X = ${near}, M = ${ratio}, estimand = "${protocol.estimand}",
  replace = TRUE${method === 'abadie-imbens' ? ', Var.calc = 2' : ''})))`;
    }
  }
}
