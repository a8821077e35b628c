/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* FIRST's Traffic Light Protocol 2.0, from the widest to the narrowest: TLP(constant, name, its colour on black,
 * IODEF's restriction). */
TLP(CLEAR, "CLEAR", "#FFFFFF", "public")
TLP(GREEN, "GREEN", "#33FF00", "green")
TLP(AMBER, "AMBER", "#FFC000", "amber")
TLP(AMBER_STRICT, "AMBER+STRICT", "#FFC000", "need-to-know")
TLP(RED, "RED", "#FF2B2B", "red")
