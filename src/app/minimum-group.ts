/** The smallest group of people that anybody but the operator sees a number of. */
export const minimumGroup = 10;
