import type { Tensor } from '../../lib/index.ts';
import {
  add,
  div,
  erfc,
  exp,
  grad,
  hessian,
  jacobian,
  log,
  mul,
  neg,
  sqrt,
  square,
  stack,
  sub,
  tensor,
} from '../../lib/index.ts';

/*
 * The price of a European call and its derivatives up to the third order, against closed forms.
 */

interface Market<T> {
  readonly spot: T;
  readonly strike: T;
  readonly time: T;
  readonly rate: T;
  readonly dividend: T;
  readonly volatility: T;
}

const normal = (x: Tensor): Tensor => mul(erfc(mul(x, -Math.SQRT1_2)), 0.5);

/** The value of a call by Black, Scholes and Merton. */
function call(m: Market<Tensor>): Tensor {
  const drift = add(sub(m.rate, m.dividend), mul(square(m.volatility), 0.5));
  const width = mul(m.volatility, sqrt(m.time));
  const d1 = div(add(log(div(m.spot, m.strike)), mul(drift, m.time)), width);
  const d2 = sub(d1, width);
  const stock = mul(m.spot, exp(neg(mul(m.dividend, m.time))));
  const cash = mul(m.strike, exp(neg(mul(m.rate, m.time))));
  return sub(mul(stock, normal(d1)), mul(cash, normal(d2)));
}

const density = (x: number): number => Math.exp(-x * x * 0.5) / Math.sqrt(2 * Math.PI);

/** The normal distribution function: Marsaglia 2004, Evaluating the normal distribution. */
function distribution(x: number): number {
  let term = x;
  let total = x;
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) total += term *= (x * x) / k;
  return 0.5 + density(x) * total;
}

type Greek =
  | 'price'
  | 'delta'
  | 'dualDelta'
  | 'theta'
  | 'rho'
  | 'psi'
  | 'vega'
  | 'gamma'
  | 'vanna'
  | 'volga'
  | 'charm'
  | 'veta'
  | 'vera'
  | 'dualGamma'
  | 'speed'
  | 'zomma'
  | 'color'
  | 'ultima';

/** Closed forms; those for time are derivatives for the time to maturity. */
function closedForms(m: Market<number>): Readonly<Record<Greek, number>> {
  const { spot: S, strike: K, time: T, rate: r, dividend: q, volatility: s } = m;
  const width = s * Math.sqrt(T);
  const d1 = (Math.log(S / K) + (r - q + (s * s) / 2) * T) / width;
  const d2 = d1 - width;
  const stock = S * Math.exp(-q * T);
  const cash = K * Math.exp(-r * T);
  const vega = stock * density(d1) * Math.sqrt(T);
  const gamma = (stock * density(d1)) / (S * S * width);
  const drifting = (2 * (r - q) * T - d2 * width) / (2 * T * width);
  const discount = stock / S;
  return {
    price: stock * distribution(d1) - cash * distribution(d2),
    delta: discount * distribution(d1),
    dualDelta: (-cash / K) * distribution(d2),
    theta: (vega * s) / (2 * T) + r * cash * distribution(d2) - q * stock * distribution(d1),
    rho: T * cash * distribution(d2),
    psi: -T * stock * distribution(d1),
    vega,
    gamma,
    vanna: (-discount * density(d1) * d2) / s,
    volga: (vega * d1 * d2) / s,
    charm: discount * (density(d1) * drifting - q * distribution(d1)),
    veta: vega * ((1 + d1 * d2) / (2 * T) - q - ((r - q) * d1) / width),
    vera: (-T * cash * density(d2) * d1) / s,
    dualGamma: (cash * density(d2)) / (K * K * width),
    speed: (-gamma / S) * (d1 / width + 1),
    zomma: (gamma * (d1 * d2 - 1)) / s,
    color: -gamma * (q + 1 / (2 * T) + drifting * d1),
    ultima: (-vega / (s * s)) * (d1 * d2 * (1 - d1 * d2) + d1 * d1 + d2 * d2),
  };
}

const markets: readonly Market<number>[] = [
  { spot: 100, strike: 110, time: 0.75, rate: 0.03, dividend: 0.01, volatility: 0.25 },
  { spot: 120, strike: 100, time: 2, rate: 0.05, dividend: 0, volatility: 0.4 },
  { spot: 1.1, strike: 1.08, time: 0.1, rate: -0.005, dividend: 0.02, volatility: 0.12 },
];

const exact = (x: number): Tensor => tensor(Float64Array.of(x), []);

describe.each(markets)('a call at spot $spot and strike $strike', (market) => {
  const known = closedForms(market);
  const at: Market<Tensor> = {
    spot: exact(market.spot),
    strike: exact(market.strike),
    time: exact(market.time),
    rate: exact(market.rate),
    dividend: exact(market.dividend),
    volatility: exact(market.volatility),
  };
  const near = (found: Tensor, greek: Greek): void => {
    const error = Math.abs(found.item() / known[greek] - 1);
    if (!(error < 1e-11)) throw new Error(`${greek}: off by ${String(error)}`);
  };

  it('has the price and all first derivatives', () => {
    near(call(at), 'price');
    const first = grad(call)(at);
    near(first.spot, 'delta');
    near(first.strike, 'dualDelta');
    near(first.time, 'theta');
    near(first.rate, 'rho');
    near(first.dividend, 'psi');
    near(first.volatility, 'vega');
  });

  it('has its second and mixed derivatives', () => {
    const second = hessian(call)(at);
    near(second.spot.spot, 'gamma');
    near(second.spot.volatility, 'vanna');
    near(second.volatility.spot, 'vanna');
    near(second.volatility.volatility, 'volga');
    near(second.spot.time, 'charm');
    near(second.time.spot, 'charm');
    near(second.volatility.time, 'veta');
    near(second.rate.volatility, 'vera');
    near(second.strike.strike, 'dualGamma');
  });

  it('has the same by reverse mode alone, and derivatives of third order', () => {
    const greeks = (m: Market<Tensor>): Tensor => {
      const second = jacobian((one: Market<Tensor>) => grad(call)(one), { mode: 'reverse' })(m);
      near(second.volatility.volatility, 'volga');
      return stack([second.spot.spot, second.volatility.volatility]);
    };
    const third = jacobian(greeks)(at);
    const [speed, ...more] = third.spot.unstack();
    const [zomma, ultima] = third.volatility.unstack();
    near(speed, 'speed');
    near(zomma, 'zomma');
    near(third.time.unstack()[0], 'color');
    near(ultima, 'ultima');
    expect(more).toHaveLength(1);
  });
});
