package noise

import "testing"

func TestPhiloxMakesThePublishedBlocks(t *testing.T) {
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{
			[4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, [2]uint32{0xffffffff, 0xffffffff},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	} {
		if got := philox(c.counter, c.key); got != c.want {
			t.Errorf("philox(%x, %x) = %x, want %x", c.counter, c.key, got, c.want)
		}
	}
}

func TestStreamsShareNoCounter(t *testing.T) {
	seen := map[[4]uint32]Stream{}
	for image := range uint16(4) {
		for step := range uint16(4) {
			for purpose := range Purpose(2) {
				for _, seed := range []int64{0, 1, -1, 1 << 32, 2147483647} {
					s := Stream{seed, image, step, purpose}
					for place := range uint64(3) {
						b := s.block(place)
						if other, ok := seen[b]; ok {
							t.Errorf("%+v and %+v share a block", s, other)
						}
						seen[b] = s
					}
				}
			}
		}
	}
}

func TestRarestBlocksMakeNumbers(t *testing.T) {
	all := uint32(0xffffffff)
	for _, block := range [][4]uint32{{}, {all, all, all, all}, {0, 0, all, all}, {all, all, 0, 0}} {
		a, b := normals(block)
		if !(a > -9 && a < 9 && b > -9 && b < 9) {
			t.Errorf("normals(%x) = %v, %v", block, a, b)
		}
	}
}
