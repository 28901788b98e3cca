/** Verbs that claim a cause, in the past and in the present; nouns such as "effect" or "hidden causes" name what is estimated or feared. */
export const causalVerbs = {
  en: /\b(lowered|raised|reduced|increased|decreased|improved|worsened|caused|led to|leads to|resulted in|results in|thanks to|due to|because of|prevented|brought about|lowers|raises|reduces|increases|decreases|improves|worsens|(?<!hidden )causes|changes|prevents|brings about|(seems?|appears?) to (lower|raise|reduce|increase|decrease|improve|worsen|cause|change|prevent))\b/i,
  nl: /\b(verlaagde|verhoogde|verminderde|verbeterde|verslechterde|veroorzaakte|veroorzaakt|zorgde voor|zorgt voor|leidde tot|leidt tot|dankzij|door toedoen van|voorkwam|bracht teweeg|verlaagt|verhoogt|vermindert|verbetert|verslechtert|verandert|te veranderen|voorkomt|brengt teweeg)\b/i,
};
