#include <math.h>

#include "powercut/explore.h"

/* Two-sided 95 %: the normal distribution's 97.5 % quantile. */
#define QUANTILE 1.959963984540054

/* Wilson's score interval, which holds for rates near 0 too: E. B. Wilson, "Probable Inference, the Law of Succession,
   and Statistical Inference", Journal of the American Statistical Association 22 (1927). */
struct pc_failure_rate pc_failure_rate(const struct pc_exploration_result *result) {
  double n = (double)result->drawn, z2 = QUANTILE * QUANTILE;
  if (result->drawn == 0) {
    return (struct pc_failure_rate){.high = 1};
  }
  double rate = (double)result->failed_draws / n;
  double middle = (rate + z2 / (2 * n)) / (1 + z2 / n);
  double reach = QUANTILE * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  return (struct pc_failure_rate){.rate = rate,
                                  .low = result->failed_draws == 0 ? 0 : middle - reach,
                                  .high = result->failed_draws == result->drawn ? 1 : middle + reach};
}
