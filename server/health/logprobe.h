// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/readinessprobe.h"

#include <QByteArray>
#include <QString>

namespace semper {

class OutputCollector;

/// Ready once \a output tells that it found the line that was awaited of \a launch. Hears of it
/// from when it was made, before the launch.
class LogProbe : public ReadinessProbe
{
    Q_OBJECT
public:
    LogProbe(const OutputCollector &output, const QByteArray &launch, QString pattern);

    void start() override { }
    [[nodiscard]] QString missing() const override;

private:
    QString m_pattern;
};

} // namespace semper
