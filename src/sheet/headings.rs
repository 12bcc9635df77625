//! What people write above the columns that more than one list has.

/// Above mail addresses.
pub const EMAIL: [&str; 11] = [
    "邮箱",
    "电子邮箱",
    "电子邮件",
    "邮件",
    "电邮",
    "邮箱地址",
    "邮件地址",
    "电子邮箱地址",
    "电子邮件地址",
    "mail",
    "e-mail address",
];

/// Above the names of employers.
pub const EMPLOYER: [&str; 11] = [
    "单位",
    "工作单位",
    "单位名称",
    "单位全称",
    "所在单位",
    "所属单位",
    "任职单位",
    "工作单位名称",
    "工作单位全称",
    "employer",
    "company",
];
