// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QString>

/// Something that a process needs and that is away at times: told once when it goes, and once when
/// it is back, however often it is tried in between.
class Outage
{
public:
    /// \a what is shown to people: "the database".
    explicit Outage(QString what);

    void begin(const char *why);
    void end();

private:
    QString m_what;
    bool m_isOn = false;
};
