import { useNow } from '../../components/use-now';
import { cx } from '../../components/cx';
import { useWidth } from '../../components/use-width';
import type { KnockEvent } from '../../../domain/plan/knock-event';
import type { KnockPlan } from '../../../domain/plan/knock-plan';
import { ROWS, timelineLayout, xAt } from './timeline-layout';
import type { DiamondShape, Scale, TickShape } from './timeline-layout';
import styles from './Timeline.module.css';

interface Props {
  readonly plan: KnockPlan;
  readonly events: readonly KnockEvent[];
  /** Wall-clock time of the plan's zero, null before it. */
  readonly zeroUnixMs: number | null;
  /** The now-line moves. */
  readonly moving: boolean;
  /** A connection belongs to it. */
  readonly connects: boolean;
  /** The same in words. */
  readonly words: string;
}

/** The knock as a picture: hollow is planned, filled is sent, the diamond is the connection, green is an open door. */
export function Timeline({ plan, events, zeroUnixMs, moving, connects, words }: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  return (
    <div ref={ref} className={styles['frame']}>
      {width === 0 ? null : (
        <svg width={width} height={ROWS.height} role="img" aria-label={words} className={styles['drawing']}>
          <Drawing plan={plan} events={events} width={width} connects={connects} />
          {moving && zeroUnixMs !== null ? (
            <NowLine zeroUnixMs={zeroUnixMs} scale={timelineLayout(plan, events, width, connects).scale} />
          ) : null}
        </svg>
      )}
    </div>
  );
}

function Drawing({
  plan,
  events,
  width,
  connects,
}: Pick<Props, 'plan' | 'events' | 'connects'> & { readonly width: number }) {
  const { bands, door, ticks, diamond, axis, scale } = timelineLayout(plan, events, width, connects);
  const height = ROWS.bottom - ROWS.top;
  return (
    <>
      {bands.length === 0 ? (
        <rect x={scale.left} y={ROWS.top} width={scale.right - scale.left} height={height} className={styles['band']} />
      ) : null}
      {bands.map((band) => (
        <rect
          key={band.x}
          x={band.x}
          y={ROWS.top}
          width={band.width}
          height={height}
          className={cx(styles['band'], band.alternate && styles['alternate'])}
        />
      ))}
      <g className={styles[door.state]}>
        <rect x={door.x} y={ROWS.top} width={door.width} height={height} className={styles['door']} />
        <rect x={door.x} y={ROWS.top} width={door.width} height="2" className={styles['lintel']} />
        {door.label === null ? null : (
          <text x={door.x + door.width - 8} y={ROWS.label} textAnchor="end" className={styles['doorLabel']}>
            {door.label}
          </text>
        )}
      </g>
      {bands.map((band) => (
        <text key={band.x} x={band.x + 8} y={ROWS.label}>
          {band.label}
        </text>
      ))}
      {ticks.map((tick) => (
        <Tick key={tick.index} tick={tick} />
      ))}
      {diamond === null ? null : <Diamond diamond={diamond} />}
      {axis.map((mark, position) => (
        <text
          key={mark.x}
          x={mark.x}
          y={ROWS.axis}
          textAnchor={position === 0 ? 'start' : mark.x > scale.right - 16 ? 'end' : 'middle'}
        >
          {mark.label}
        </text>
      ))}
    </>
  );
}

/** TCP is a bar; UDP is a ball on a stem, so that shape tells them apart as well as the label. */
function Tick({ tick }: { readonly tick: TickShape }) {
  const look = tick.sent ? styles['sent'] : styles['planned'];
  const height = ROWS.tickEnd - ROWS.tick;
  const radius = tick.width / 2 + 0.5;
  return (
    <g className={look}>
      {tick.protocol === 'tcp' ? (
        <rect
          x={tick.x - tick.width / 2}
          y={ROWS.tick}
          width={tick.width}
          height={height}
          rx={Math.min(2, tick.width / 2)}
        />
      ) : (
        <>
          <line x1={tick.x} x2={tick.x} y1={ROWS.tick + radius * 2} y2={ROWS.tickEnd} />
          <circle cx={tick.x} cy={ROWS.tick + radius} r={radius} />
        </>
      )}
      {tick.label === null ? null : (
        <text x={tick.label.x} y={ROWS.portLabel} textAnchor="middle">
          {tick.label.text}
        </text>
      )}
    </g>
  );
}

function Diamond({ diamond }: { readonly diamond: DiamondShape }) {
  const { x } = diamond;
  const y = ROWS.diamond;
  const right = diamond.labelSide === 'right';
  return (
    <g className={diamond.state === 'planned' ? styles['planned'] : cx(styles['sent'], styles[diamond.state])}>
      <line x1={x} x2={x} y1={y + 8} y2={ROWS.tick - 4} className={styles['stem']} />
      <path d={`M${x} ${y - 8}l8 8-8 8-8-8z`} />
      <text x={right ? x + 13 : x - 13} y={y + 4} textAnchor={right ? 'start' : 'end'}>
        {diamond.label}
      </text>
    </g>
  );
}

/** Alone in its component, so that a frame redraws it and nothing else. */
function NowLine({ zeroUnixMs, scale }: { readonly zeroUnixMs: number; readonly scale: Scale }) {
  const nowMs = useNow('frame') - zeroUnixMs;
  const x = xAt(scale, nowMs);
  return (
    <g className={styles['now']}>
      <line x1={x} x2={x} y1="5" y2={ROWS.bottom + 3} />
      <circle cx={x} cy="5" r="3.2" />
    </g>
  );
}
