// Package vitalstest reads an operator's page in tests.
package vitalstest

import (
	"regexp"
	"strconv"
	"testing"
)

// Metric is a value of a page of metrics; -1 where there is none.
func Metric(tb testing.TB, page, name string) float64 {
	tb.Helper()
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(page)
	if found == nil {
		return -1
	}
	v, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}
