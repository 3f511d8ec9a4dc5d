package agent

import (
	"fmt"
	"time"

	"helium/app/api"
	"helium/backend/node"
)

// The most bars of a chart of all time, before its bars get longer.
const (
	mostDays  = 62
	mostWeeks = 60
)

// periodsOf are the bounds of a range's bars, in the zone of now: full hours, or
// the first moments of days, so that a day of 23 or 25 hours is one bar. first is
// when the book begins, zero while it is empty.
func periodsOf(r api.EarningsRange, now, first time.Time) ([]time.Time, api.EarningsStep, error) {
	switch r {
	case api.RangeDay:
		return hours(now, 24), api.StepHour, nil
	case api.RangeWeek:
		return days(now, 7, 1), api.StepDay, nil
	case api.RangeMonth:
		return days(now, 30, 1), api.StepDay, nil
	case api.RangeAll:
		bounds, step := allTime(now, first)
		return bounds, step, nil
	}
	return nil, "", fmt.Errorf("range is %.20q, and must be %q, %q, %q or %q", r, api.RangeDay, api.RangeWeek, api.RangeMonth, api.RangeAll)
}

// hours end with the one that now is in. They begin on the clock's full hours.
func hours(now time.Time, n int) []time.Time {
	into := time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second + time.Duration(now.Nanosecond())
	end := now.Add(time.Hour - into)
	bounds := make([]time.Time, n+1)
	for i := range bounds {
		bounds[i] = end.Add(time.Duration(i-n) * time.Hour)
	}
	return bounds
}

// days are n bars of so many days each, of which the last ends with today.
func days(now time.Time, n, each int) []time.Time {
	bounds := make([]time.Time, n+1)
	for i := range bounds {
		bounds[i] = dayAfter(now, 1-(n-i)*each)
	}
	return bounds
}

// dayAfter is the first moment of the day so many after the one that t is in.
func dayAfter(t time.Time, days int) time.Time {
	year, month, day := t.Date()
	// Noon is there every day.
	return node.StartOfDay(time.Date(year, month, day+days, 12, 0, 0, 0, t.Location()))
}

func allTime(now, first time.Time) ([]time.Time, api.EarningsStep) {
	first = first.In(now.Location())
	if first.Unix() <= 0 || first.After(now) {
		first = now
	}
	n := 1
	for ; n <= mostDays; n++ {
		if !dayAfter(now, 1-n).After(first) {
			return days(now, max(n, 7), 1), api.StepDay
		}
	}
	for n = 1; n <= mostWeeks; n++ {
		if !dayAfter(now, 1-7*n).After(first) {
			return days(now, n, 7), api.StepWeek
		}
	}
	var bounds []time.Time
	for month := first.Month(); ; month++ {
		noon := time.Date(first.Year(), month, 1, 12, 0, 0, 0, now.Location())
		bounds = append(bounds, node.StartOfDay(noon))
		if noon.After(now) && len(bounds) > 1 {
			return bounds, api.StepMonth
		}
	}
}
