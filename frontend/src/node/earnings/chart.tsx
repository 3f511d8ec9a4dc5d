import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { EarningsReport } from "../../lib/api.gen";
import { locale } from "../../lib/i18n";
import { heights, nameOf, type Part } from "./bars";
import { colours } from "./parts";

/**
 * Bars of what came in. It is for eyes and a pointer only: who draws it shows the
 * same as a table.
 */
export default function Chart(props: {
  report: EarningsReport;
  parts: Part[];
  /** The bar that is pointed at, or none. */
  onPoint: (bar: number | null) => void;
}) {
  const { report, parts, onPoint } = props;
  const place = useRef<HTMLDivElement>(null);
  const point = useRef(onPoint);
  point.current = onPoint;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const levels = heights(report.bars, parts);
    const plot = new uPlot(
      optionsOf(report, parts, levels, element, (bar) => point.current(bar)),
      [report.bars.map((_, i) => i), ...levels.slice(1)],
      element,
    );
    const fit = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight }));
    fit.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => plot.redraw(false, true);
    dark.addEventListener("change", redraw);
    return () => {
      dark.removeEventListener("change", redraw);
      fit.disconnect();
      plot.destroy();
    };
  }, [report, parts]);

  return <div ref={place} className="h-full w-full" aria-hidden="true" />;
}

/** What uPlot calls the values of a scale; its name for that is gone at run time. */
const scaleValue = 1 as uPlot.Series.BarsPathBuilderFacetUnit.ScaleValue;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function optionsOf(
  report: EarningsReport,
  parts: Part[],
  levels: number[][],
  element: HTMLElement,
  onPoint: (bar: number | null) => void,
): uPlot.Options {
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });
  // A part stands on the one below it.
  const level = (n: number) => ({ unit: scaleValue, values: () => levels[n] ?? [] });
  const bars = (n: number) => uPlot.paths.bars?.({ size: [0.72, 44, 2], disp: { y0: level(n), y1: level(n + 1) } });
  const axis = { stroke: () => colour("--soft"), font, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [-0.5, report.bars.length - 0.5] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        space: 58,
        incrs: [1, 2, 3, 4, 6, 7, 12, 14, 28],
        values: (_, at) =>
          at.map((i) => {
            const bar = report.bars[i];
            return bar && Number.isInteger(i) ? nameOf(bar, report.step, locale) : "";
          }),
      },
      {
        ...axis,
        size: 52,
        space: 36,
        grid: { stroke: () => colour("--line"), width: 1 },
        values: (_, at) => at.map((v) => compact.format(v)),
      },
    ],
    series: [
      {},
      ...parts.map((p, n) => ({ fill: () => colour(colours[p]), paths: bars(n), points: { show: false }, width: 0 })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}
