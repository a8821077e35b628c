/* SPDX-License-Identifier: Apache-2.0
 * Copyright The hinomi authors */
/* The Reference Security Incident Taxonomy (ENISA, TF-CSIRT), version 1003: RSIT(class, type, class's name, type's name,
 * Japanese name of the type). Ids are those of its machine tags: rsit:fraud="phishing". */
RSIT("abusive-content", "spam", "Abusive Content", "Spam", "迷惑メール")
RSIT("abusive-content", "harmful-speech", "Abusive Content", "Harmful Speech", "有害な言論")
RSIT("abusive-content", "violence", "Abusive Content", "(Child) Sexual Exploitation/Sexual/Violent Content",
     "(児童)性的搾取・性的・暴力的コンテンツ")
RSIT("malicious-code", "infected-system", "Malicious Code", "Infected System", "感染したシステム")
RSIT("malicious-code", "c2-server", "Malicious Code", "C2 Server", "C2サーバ")
RSIT("malicious-code", "malware-distribution", "Malicious Code", "Malware Distribution", "マルウエアの配布")
RSIT("malicious-code", "malware-configuration", "Malicious Code", "Malware Configuration", "マルウエアの設定の配布")
RSIT("information-gathering", "scanner", "Information Gathering", "Scanning", "スキャン")
RSIT("information-gathering", "sniffing", "Information Gathering", "Sniffing", "盗聴")
RSIT("information-gathering", "social-engineering", "Information Gathering", "Social Engineering", "ソーシャルエンジニアリング")
RSIT("intrusion-attempts", "ids-alert", "Intrusion Attempts", "Exploitation of Known Vulnerabilities", "既知の脆弱性の悪用の試み")
RSIT("intrusion-attempts", "brute-force", "Intrusion Attempts", "Login Attempts", "ログインの試み")
RSIT("intrusion-attempts", "exploit", "Intrusion Attempts", "New Attack Signature", "新しい手口の攻撃の試み")
RSIT("intrusions", "privileged-account-compromise", "Intrusions", "Privileged Account Compromise", "特権アカウントの侵害")
RSIT("intrusions", "unprivileged-account-compromise", "Intrusions", "Unprivileged Account Compromise", "一般アカウントの侵害")
RSIT("intrusions", "application-compromise", "Intrusions", "Application Compromise", "アプリケーションの侵害")
RSIT("intrusions", "system-compromise", "Intrusions", "System Compromise", "システムの侵害")
RSIT("intrusions", "burglary", "Intrusions", "Burglary", "物理的な侵入")
RSIT("availability", "dos", "Availability", "Denial of Service", "サービス運用妨害(DoS)")
RSIT("availability", "ddos", "Availability", "Distributed Denial of Service", "分散型サービス運用妨害(DDoS)")
RSIT("availability", "misconfiguration", "Availability", "Misconfiguration", "設定の誤り")
RSIT("availability", "sabotage", "Availability", "Sabotage", "破壊工作")
RSIT("availability", "outage", "Availability", "Outage", "障害")
RSIT("information-content-security", "unauthorised-information-access", "Information Content Security",
     "Unauthorised Access to Information", "情報への不正なアクセス")
RSIT("information-content-security", "unauthorised-information-modification", "Information Content Security",
     "Unauthorised Modification of Information", "情報の不正な改ざん")
RSIT("information-content-security", "data-loss", "Information Content Security", "Data Loss", "データの消失")
RSIT("information-content-security", "data-leak", "Information Content Security", "Leak of Confidential Information",
     "機密情報の漏えい")
RSIT("fraud", "unauthorised-use-of-resources", "Fraud", "Unauthorised Use of Resources", "資源の不正な使用")
RSIT("fraud", "copyright", "Fraud", "Copyright", "著作権の侵害")
RSIT("fraud", "masquerade", "Fraud", "Masquerade", "なりすまし")
RSIT("fraud", "phishing", "Fraud", "Phishing", "フィッシング")
RSIT("vulnerable", "weak-crypto", "Vulnerable", "Weak Cryptography", "弱い暗号")
RSIT("vulnerable", "ddos-amplifier", "Vulnerable", "DDoS Amplifier", "DDoS攻撃の踏み台となるサービス")
RSIT("vulnerable", "potentially-unwanted-accessible", "Vulnerable", "Potentially Unwanted Accessible Services",
     "意図せず公開されているおそれのあるサービス")
RSIT("vulnerable", "information-disclosure", "Vulnerable", "Information disclosure", "情報の露出")
RSIT("vulnerable", "vulnerable-system", "Vulnerable", "Vulnerable System", "脆弱なシステム")
RSIT("other", "other", "Other", "Uncategorised", "その他")
RSIT("other", "undetermined", "Other", "Undetermined", "未確定")
RSIT("test", "test", "Test", "Test", "テスト")
