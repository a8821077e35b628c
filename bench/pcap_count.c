/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The counting loop of libpcap that G1 measures against: opens a file, counts its packets. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const unsigned char *data;
	unsigned long n = 0;
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;

	if (!p)
		return 2;
	while (pcap_next_ex(p, &header, &data) == 1)
		n++;
	printf("%lu\n", n);
	pcap_close(p);
	return 0;
}
