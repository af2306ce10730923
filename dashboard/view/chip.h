// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/severity.h"

#include <QAbstractButton>

#include <optional>

namespace semper::dashboard {

/// A checkable button: shape, name, count.
class Chip : public QAbstractButton
{
    Q_OBJECT
public:
    /// Nothing: all severities, without a shape.
    explicit Chip(std::optional<Severity> severity, QWidget *parent = nullptr);

    void setCount(int count);
    void setStale(bool stale);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] int textWidth() const;

    std::optional<Severity> m_severity;
    int m_count = -1;
    bool m_stale = false;
};

} // namespace semper::dashboard
