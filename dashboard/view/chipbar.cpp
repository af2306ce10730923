// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/chipbar.h"

#include "view/chip.h"

#include <QButtonGroup>
#include <QHBoxLayout>

#include <numeric>

namespace semper::dashboard {

namespace {

constexpr int allId = int(allSeverities.size());

Chip *chipOf(const QButtonGroup *group, int id)
{
    return static_cast<Chip *>(group->button(id));
}

} // namespace

ChipBar::ChipBar(QWidget *parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    const auto add = [this, layout](std::optional<Severity> severity, int id) {
        auto *chip = new Chip(severity, this);
        m_group->addButton(chip, id);
        layout->addWidget(chip);
    };
    add(std::nullopt, allId);
    for (const Severity severity : allSeverities)
        add(severity, int(severity));
    layout->addStretch();
    m_group->button(allId)->setChecked(true);
    connect(m_group, &QButtonGroup::idToggled, this, [this](int, bool checked) {
        if (checked)
            Q_EMIT chosenChanged();
    });
}

void ChipBar::setCounts(const std::array<int, allSeverities.size()> &counts)
{
    for (const Severity severity : allSeverities)
        chipOf(m_group, int(severity))->setCount(counts[size_t(severity)]);
    chipOf(m_group, allId)->setCount(std::accumulate(counts.begin(), counts.end(), 0));
}

void ChipBar::setStale(bool stale)
{
    for (int id = 0; id <= allId; ++id)
        chipOf(m_group, id)->setStale(stale);
}

std::optional<Severity> ChipBar::chosen() const
{
    const int id = m_group->checkedId();
    return id == allId ? std::nullopt : std::optional(Severity(id));
}

void ChipBar::choose(std::optional<Severity> severity)
{
    chip(severity)->setChecked(true);
}

QAbstractButton *ChipBar::chip(std::optional<Severity> severity) const
{
    return m_group->button(severity ? int(*severity) : allId);
}

} // namespace semper::dashboard
