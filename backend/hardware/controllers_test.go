package hardware

import (
	"reflect"
	"strings"
	"testing"
)

// The reports are written after the formats that Windows documents: a card that
// was taken out leaves its driver, and old drivers write the memory as bytes.
func TestParseControllers(t *testing.T) {
	for name, c := range map[string]struct {
		out  string
		want []Device
	}{
		"a card, and graphics in the processor": {`{"controllers":[` +
			`{"Name":"AMD Radeon RX 7800 XT","PNPDeviceID":"PCI\\VEN_1002&DEV_747E&SUBSYS_88071462&REV_C8\\6&1A2B3C&0&00000009"},` +
			`{"Name":"AMD Radeon(TM) Graphics","PNPDeviceID":"PCI\\VEN_1002&DEV_164E&SUBSYS_88771043&REV_C3\\4&2B3C&0&0041"}],"drivers":[` +
			`{"DriverDesc":"AMD Radeon RX 7800 XT","MatchingDeviceId":"PCI\\VEN_1002&DEV_747E&REV_C8","Memory":17163091968},` +
			`{"DriverDesc":"AMD Radeon RX 7800 XT","MatchingDeviceId":"PCI\\VEN_1002&DEV_747E","Memory":17163091968},` +
			`{"DriverDesc":"AMD Radeon(TM) Graphics","MatchingDeviceId":"PCI\\VEN_1002&DEV_164E","Memory":536870912}]}`,
			[]Device{{Kind: GPU, Name: "AMD Radeon RX 7800 XT", MemoryMB: 16368, Maker: AMD}}},
		"Intel, and NVIDIA that has its own tool": {"\ufeff" + `{"controllers":[` +
			`{"Name":"Intel(R) Arc(TM) A770 Graphics","PNPDeviceID":"PCI\\VEN_8086&DEV_56A0&SUBSYS_10208086&REV_08\\6&1"},` +
			`{"Name":"NVIDIA GeForce RTX 4070","PNPDeviceID":"PCI\\VEN_10DE&DEV_2786&SUBSYS_1&REV_A1\\4&1"}],"drivers":[` +
			`{"DriverDesc":"Intel(R) Arc(TM) A770 Graphics","MatchingDeviceId":"pci\\ven_8086&dev_56a0","Memory":17079205888},` +
			`{"DriverDesc":"NVIDIA GeForce RTX 4070","MatchingDeviceId":"pci\\ven_10de&dev_2786","Memory":12878610432}]}`,
			[]Device{{Kind: GPU, Name: "Intel(R) Arc(TM) A770 Graphics", MemoryMB: 16288, Maker: Intel}}},
		"a card that was taken out": {`{"controllers":[{"Name":"Microsoft Basic Display Adapter","PNPDeviceID":"PCI\\VEN_1002&DEV_6798"}],"drivers":[` +
			`{"DriverDesc":"AMD Radeon RX 580","MatchingDeviceId":"PCI\\VEN_1002&DEV_67DF","Memory":8589934592}]}`, nil},
		"memory in bytes, and none": {`{"controllers":[{"Name":"A","PNPDeviceID":"PCI\\VEN_1002&DEV_1"}],"drivers":[` +
			`{"DriverDesc":"A","MatchingDeviceId":"PCI\\VEN_1002&DEV_1","Memory":[0,0,0,64]},{"DriverDesc":"A","MatchingDeviceId":"PCI\\VEN_1002&DEV_1","Memory":null},{}]}`, nil},
		"a virtual machine": {`{"controllers":[{"Name":"Microsoft Hyper-V Video","PNPDeviceID":"VMBUS\\{DA0A7802}\\{5620E0C7}"}],"drivers":[]}`, nil},
		"no id":             {`{"controllers":[{"Name":"X","PNPDeviceID":null},{"Name":"Y","PNPDeviceID":"PCI\\VEN_1"}],"drivers":[]}`, nil},
	} {
		if got, err := parseControllers([]byte(c.out)); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "[]", "{", "Get-CimInstance : Access denied"} {
		if _, err := parseControllers([]byte(bad)); err == nil || !strings.Contains(err.Error(), "Windows") {
			t.Errorf("%q: error = %v", bad, err)
		}
	}
}

func FuzzParseControllers(f *testing.F) {
	f.Add([]byte(`{"controllers":[{"Name":"A","PNPDeviceID":"PCI\\VEN_1002&DEV_1"}],"drivers":[{"DriverDesc":"A","MatchingDeviceId":"PCI\\VEN_1002","Memory":8589934592}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		cards, _ := parseControllers(b)
		for _, c := range cards {
			if c.MemoryMB < 1024 || c.Maker == "" {
				t.Errorf("%q gave %+v", b, c)
			}
		}
	})
}
